package dev.craftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JDK whose {@code java} says that it is Java 17, and else does what a test wants to see. */
final class FakeJava {
  private FakeJava() {}

  /**
   * Makes one.
   *
   * @param does what it does when it is to run something, in the shell's language
   * @return its folder, for {@code JAVA_HOME}
   */
  static Path in(Path folder, String does) throws IOException {
    Path home = folder.resolve("jdk");
    Path java = home.resolve("bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(
        java,
        """
        #!/bin/sh
        case $1 in
          -XshowSettings*) echo '    java.specification.version = 17' ;;
          *) %s ;;
        esac
        """
            .formatted(does));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return home;
  }
}
