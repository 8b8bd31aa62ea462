package dev.craftstream.client.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of the report, without a medium: {@link TableText} renders it for the terminal, the
 * template {@code report.ftlx} for the page.
 *
 * @param title stands above the first column in the terminal
 * @param style the table's class on the page
 * @param rows at least one, or the table is left out
 */
public record Table(String title, String style, List<Column> columns, List<Row> rows) {

  /** How the terminal shows a column. */
  public enum InText {
    COLUMN,
    /** On a line of its own below the row, where the cell has a text. */
    LINE,
    NOT
  }

  public Table {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /**
   * A column.
   *
   * @param heading on the page
   * @param textHeading in the terminal
   * @param width in the terminal, in characters
   * @param number whether it is aligned to the right
   */
  public record Column(
      String heading,
      String textHeading,
      int width,
      boolean number,
      InText inText,
      boolean onPage) {

    public static Column text(String heading, int width) {
      return new Column(heading, heading, width, false, InText.COLUMN, true);
    }

    public static Column number(String heading, int width) {
      return new Column(heading, heading, width, true, InText.COLUMN, true);
    }

    /** The same under another heading in the terminal. */
    public Column named(String shorter) {
      return new Column(heading, shorter, width, number, inText, onPage);
    }

    public Column onPageOnly() {
      return new Column(heading, textHeading, width, number, InText.NOT, true);
    }

    public Column inTextOnly() {
      return new Column(heading, textHeading, width, number, inText, false);
    }

    public Column onOwnLine() {
      return new Column(heading, textHeading, width, number, InText.LINE, onPage);
    }
  }

  /**
   * A row.
   *
   * @param style its class on the page; empty for none
   * @param cells from the left; together they span all columns
   */
  public record Row(String style, boolean inText, boolean onPage, List<Cell> cells) {
    public Row {
      cells = List.copyOf(cells);
    }

    public static Row of(Cell... cells) {
      return new Row("", true, true, List.of(cells));
    }

    public Row styled(String value) {
      return new Row(value, inText, onPage, cells);
    }

    public Row onPageOnly() {
      return new Row(style, false, true, cells);
    }

    public Row inTextOnly() {
      return new Row(style, true, false, cells);
    }
  }

  /**
   * A cell.
   *
   * @param note stands below the text; empty for none
   * @param style its class on the page; empty for none
   * @param tag the class of a tag around the text on the page; empty for none
   * @param header whether it names its row
   * @param span how many columns it takes
   * @param bar shares that are drawn instead of a text
   */
  public record Cell(
      String text,
      String note,
      String style,
      String tag,
      boolean header,
      int span,
      List<Segment> bar) {

    public static Cell name(String text) {
      return new Cell(text, "", "", "", true, 1, List.of());
    }

    public static Cell of(Object value) {
      return new Cell(value.toString(), "", "", "", false, 1, List.of());
    }

    public static Cell noted(String text, String note) {
      return new Cell(text, note, "", "", false, 1, List.of());
    }

    public static Cell tag(String text, String tag) {
      return new Cell(text, "", "", tag, false, 1, List.of());
    }

    public static Cell bar(List<Segment> segments) {
      return new Cell("", "", "share", "", false, 1, List.copyOf(segments));
    }

    public Cell styled(String value) {
      return new Cell(text, note, value, tag, header, span, bar);
    }

    public Cell withNote(String value) {
      return new Cell(text, value, style, tag, header, span, bar);
    }

    public Cell spanning(int columns) {
      return new Cell(text, note, style, tag, header, columns, bar);
    }
  }

  /** A part of a bar: its class, how much it stands for, and what it says when pointed at. */
  public record Segment(String style, long count, String tooltip) {}

  /** A row as it stands on the page. */
  public record PageRow(String style, List<Cell> cells) {}

  /** The headings on the page. */
  public List<String> pageHeadings() {
    return columns.stream().filter(Column::onPage).map(Column::heading).toList();
  }

  /** The rows on the page: without the cells of other columns, and with real minus signs. */
  public List<PageRow> pageRows() {
    return rows.stream()
        .filter(Row::onPage)
        .map(row -> new PageRow(row.style(), pageCells(row)))
        .toList();
  }

  private List<Cell> pageCells(Row row) {
    List<Cell> shown = new ArrayList<>();
    int at = 0;
    for (Cell cell : row.cells()) {
      List<Column> its = columns.subList(at, at + cell.span());
      at += cell.span();
      int span = (int) its.stream().filter(Column::onPage).count();
      if (span > 0) {
        boolean figure = its.get(0).number() && span == 1;
        shown.add(
            new Cell(
                figure ? Wording.minus(cell.text()) : cell.text(),
                figure ? Wording.minus(cell.note()) : cell.note(),
                cell.style(),
                cell.tag(),
                cell.header(),
                span,
                cell.bar()));
      }
    }
    return shown;
  }
}
