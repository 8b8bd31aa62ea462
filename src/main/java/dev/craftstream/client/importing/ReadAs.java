package dev.craftstream.client.importing;

import dev.craftstream.client.importing.forms.FieldMapping;
import java.util.Set;

/** How files are to be read. */
public sealed interface ReadAs {

  /** Each as what the names in it say. */
  record Recognised() implements ReadAs {}

  /** All of them as the form of a set. */
  record Named(QuestionFormat format) implements ReadAs {}

  /** By the fields that a user names. */
  record Mapped(FieldMapping mapping) implements ReadAs {}

  /** The columns that a table has to have. */
  default Set<String> wanted() {
    return this instanceof Mapped mapped ? mapped.mapping().columns() : Set.of();
  }
}
