package dev.craftstream.client.report;

import java.util.Map;

/**
 * A run as one HTML page that needs nothing beside it: no network, no script. It follows the
 * reader's choice of light or dark, fits a phone, prints, and is well-formed XML. The page is the
 * template {@code report.ftlx} over a {@link ReportPage}.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /** The page. */
  public static String of(RunData run) {
    return Templates.render(
        "report/report.ftlx",
        Map.of("page", ReportPage.of(run), "style", Templates.text("report/report.css")));
  }
}
