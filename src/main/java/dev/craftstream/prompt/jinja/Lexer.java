package dev.craftstream.prompt.jinja;

import dev.craftstream.prompt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template's source into tokens, with the blanks taken away that belong to its tags: those
 * at a sign {@code -}, those between the beginning of a line and a block ({@code lstrip_blocks}),
 * the line break behind a block ({@code trim_blocks}), and the source's last line break.
 */
final class Lexer {
  private static final List<String> LONG_OPERATORS = List.of("**", "//", "==", "!=", "<=", ">=");
  private static final String OPERATORS = "+-*/%~<>=.,:|()[]{}";

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.read();
    return lexer.tokens;
  }

  private void read() {
    boolean startsLine = true;
    while (true) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(at));
        add(Kind.END, "", source.length());
        return;
      }
      char kind = source.charAt(tag + 1);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      data(before(tag, kind, sign, startsLine));
      at = tag + (sign == '-' || sign == '+' ? 3 : 2);
      int end = kind == '#' ? comment(tag) : expression(tag, kind);
      startsLine = end > 0 && source.charAt(end - 1) == '\n';
    }
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at);
        i >= 0 && i + 1 < source.length();
        i = source.indexOf('{', i + 1)) {
      char next = source.charAt(i + 1);
      if (next == '{' || next == '%' || next == '#') {
        return i;
      }
    }
    return -1;
  }

  private String before(int tag, char kind, char sign, boolean startsLine) {
    String text = source.substring(at, tag);
    if (sign == '-') {
      return Strings.rightStripped(text);
    }
    if (sign == '+' || kind == '{') {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    return (lineStart > 0 || startsLine) && text.substring(lineStart).isBlank()
        ? text.substring(0, lineStart)
        : text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Kind.DATA, text, at);
    }
  }

  private int comment(int tag) {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw failure(tag, "a comment is not closed");
    }
    char sign = end > at ? source.charAt(end - 1) : ' ';
    at = end + 2;
    return behind(sign, true);
  }

  /** Up to the tag's end; returns where the source goes on. */
  private int expression(int tag, char kind) {
    boolean isBlock = kind == '%';
    String close = isBlock ? "%}" : "}}";
    add(isBlock ? Kind.BLOCK_BEGIN : Kind.OUTPUT_BEGIN, "", tag);
    int open = 0;
    while (true) {
      while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
        at++;
      }
      if (at >= source.length()) {
        throw failure(tag, "a tag is not closed");
      }
      char c = source.charAt(at);
      if (open == 0) {
        boolean signed = (c == '-' || c == '+') && source.startsWith(close, at + 1);
        if (signed || source.startsWith(close, at)) {
          add(isBlock ? Kind.BLOCK_END : Kind.OUTPUT_END, "", at);
          at += close.length() + (signed ? 1 : 0);
          return behind(signed ? c : ' ', isBlock);
        }
      }
      if (c == '"' || c == '\'') {
        string(c);
      } else if (Character.isLetter(c) || c == '_') {
        int start = at;
        while (at < source.length()
            && (Character.isLetterOrDigit(source.charAt(at)) || source.charAt(at) == '_')) {
          at++;
        }
        add(Kind.NAME, source.substring(start, at), start);
      } else if (isDigit(at)) {
        number();
      } else {
        String operator = operator();
        open += "([{".contains(operator) ? 1 : ")]}".contains(operator) ? -1 : 0;
      }
    }
  }

  private int behind(char sign, boolean trimsLineBreak) {
    if (sign == '-') {
      while (at < source.length() && Strings.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (trimsLineBreak && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    return at;
  }

  private String operator() {
    for (String operator : LONG_OPERATORS) {
      if (source.startsWith(operator, at)) {
        add(Kind.OPERATOR, operator, at);
        at += operator.length();
        return operator;
      }
    }
    String operator = source.substring(at, at + 1);
    if (!OPERATORS.contains(operator)) {
      throw failure(at, "\"" + operator + "\" is not expected");
    }
    add(Kind.OPERATOR, operator, at);
    at++;
    return operator;
  }

  private boolean isDigit(int index) {
    return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
  }

  private void number() {
    int start = at;
    while (isDigit(at)) {
      at++;
    }
    if (at < source.length() && source.charAt(at) == '.' && isDigit(at + 1)) {
      at++;
      while (isDigit(at)) {
        at++;
      }
    }
    add(Kind.NUMBER, source.substring(start, at), start);
  }

  private void string(char quote) {
    int start = at;
    StringBuilder text = new StringBuilder();
    at++;
    while (at < source.length() && source.charAt(at) != quote) {
      char c = source.charAt(at++);
      if (c == '\\' && at < source.length()) {
        escape(text, source.charAt(at++));
      } else {
        text.append(c);
      }
    }
    if (at >= source.length()) {
      throw failure(start, "a text in quotes is not closed");
    }
    at++;
    add(Kind.STRING, text.toString(), start);
  }

  private void escape(StringBuilder text, char escaped) {
    switch (escaped) {
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case '\\', '\'', '"' -> text.append(escaped);
      case '\n' -> {}
      case 'x' -> code(text, 2);
      case 'u' -> code(text, 4);
      case 'U' -> code(text, 8);
      default -> text.append('\\').append(escaped);
    }
  }

  private void code(StringBuilder text, int digits) {
    try {
      text.appendCodePoint(Integer.parseInt(source.substring(at, at + digits), 16));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw failure(at, "a character's code is not " + digits + " hexadecimal digits");
    }
    at += digits;
  }

  private void add(Kind kind, String text, int position) {
    tokens.add(new Token(kind, text, lineAt(position)));
  }

  private int lineAt(int position) {
    for (; counted < position; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private TemplateException failure(int position, String what) {
    return new TemplateException("Line " + lineAt(position) + ": " + what + ".");
  }
}
