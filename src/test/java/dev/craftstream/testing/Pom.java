package dev.craftstream.testing;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.NodeList;

/** What the build says of itself. */
public final class Pom {

  private Pom() {}

  /**
   * A property of {@code pom.xml}.
   *
   * @throws AssertionError where there is none of that name
   */
  public static String property(String name) throws Exception {
    NodeList found =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile())
            .getElementsByTagName(name);
    if (found.getLength() != 1) {
      throw new AssertionError("pom.xml has " + found.getLength() + " properties " + name);
    }
    return found.item(0).getTextContent();
  }

  /** The version of the project. */
  public static String version() throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(Path.of("pom.xml").toFile())
        .getElementsByTagName("version")
        .item(0)
        .getTextContent();
  }
}
