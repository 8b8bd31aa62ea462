package dev.craftstream.client.report;

import java.util.List;

/** A piece of HTML or SVG that is well-formed XML. All text and attribute values are escaped. */
record Markup(String xml) {

  static final Markup NOTHING = new Markup("");

  /** Text as it is. */
  static Markup text(String text) {
    return new Markup(escaped(text));
  }

  /**
   * An element.
   *
   * @param tag its name, and attributes behind it as they are to be written: for constants only
   */
  static Markup element(String tag, Markup... content) {
    StringBuilder xml = new StringBuilder("<").append(tag);
    if (content.length == 0) {
      return new Markup(xml.append("/>").toString());
    }
    xml.append('>');
    for (Markup part : content) {
      xml.append(part.xml);
    }
    int nameEnd = tag.indexOf(' ');
    String name = nameEnd < 0 ? tag : tag.substring(0, nameEnd);
    return new Markup(xml.append("</").append(name).append('>').toString());
  }

  static Markup element(String tag, String text) {
    return element(tag, text(text));
  }

  static Markup all(List<Markup> parts) {
    StringBuilder xml = new StringBuilder();
    parts.forEach(part -> xml.append(part.xml));
    return new Markup(xml.toString());
  }

  static Markup all(Markup... parts) {
    return all(List.of(parts));
  }

  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isXmlCharacter(c) ? c : 0xFFFD);
              }
            });
    return escaped.toString();
  }

  private static boolean isXmlCharacter(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }
}
