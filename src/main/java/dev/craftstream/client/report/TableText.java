package dev.craftstream.client.report;

import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.InText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Renders a {@link Table} for the terminal. Names and texts are shortened to their columns. */
final class TableText {
  private static final String INDENT = "  ";
  private static final int GROUP_CHARACTERS = 66;
  private static final int GROUP_NOTE_CHARACTERS = 28;

  private final Table table;

  private TableText(Table table) {
    this.table = table;
  }

  /** The heading and a line or more for each row; nothing where there are no rows. */
  static List<String> lines(Table table) {
    return table.isEmpty() ? List.of() : new TableText(table).lines();
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(heading());
    for (Table.Row row : table.rows()) {
      if (row.inText()) {
        lines.add(line(row.cells(), Cell::text));
        if (row.cells().stream().anyMatch(cell -> cell.span() == 1 && !cell.note().isEmpty())) {
          addNotes(row, lines);
        }
        addOwnLines(row, lines);
      }
    }
    return lines.stream().map(String::stripTrailing).toList();
  }

  private String heading() {
    List<String> headings = new ArrayList<>();
    for (Column column : shown()) {
      headings.add(
          headings.isEmpty()
              ? padded(table.title(), column.width() + INDENT.length(), false)
              : padded(column.textHeading(), column.width(), column.number()));
    }
    return String.join(" ", headings);
  }

  private List<Column> shown() {
    return table.columns().stream().filter(column -> column.inText() == InText.COLUMN).toList();
  }

  private String line(List<Cell> cells, Function<Cell, String> text) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    for (Cell cell : cells) {
      Column column = table.columns().get(at);
      at += cell.span();
      if (cell.span() > 1) {
        parts.add(group(cell));
      } else if (column.inText() == InText.COLUMN) {
        String value = text.apply(cell);
        parts.add(
            column.number()
                ? padded(value, column.width(), true)
                : padded(Wording.shortened(value, column.width()), column.width(), false));
      }
    }
    return INDENT + String.join(" ", parts);
  }

  private static String group(Cell cell) {
    return cell.note().isEmpty()
        ? cell.text()
        : "%s  [%s]"
            .formatted(
                Wording.shortened(cell.text(), GROUP_CHARACTERS),
                Wording.shortened(cell.note(), GROUP_NOTE_CHARACTERS));
  }

  private void addNotes(Table.Row row, List<String> lines) {
    String notes = line(row.cells(), Cell::note);
    if (!notes.isBlank()) {
      lines.add(notes);
    }
  }

  private void addOwnLines(Table.Row row, List<String> lines) {
    int at = 0;
    for (Cell cell : row.cells()) {
      Column column = table.columns().get(at);
      at += cell.span();
      if (cell.span() == 1 && column.inText() == InText.LINE && !cell.text().isEmpty()) {
        String indent = " ".repeat(INDENT.length() + shown().get(0).width() + 1);
        lines.add(
            indent
                + List.of(column.textHeading(), cell.text()).stream()
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(" "))
                + (cell.note().isEmpty() ? "" : ", " + cell.note()));
      }
    }
  }

  private static String padded(String text, int width, boolean left) {
    String padding = " ".repeat(Math.max(0, width - text.codePointCount(0, text.length())));
    return left ? padding + text : text + padding;
  }
}
