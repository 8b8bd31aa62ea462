package dev.craftstream.client.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A run as one HTML page that needs nothing beside it: no network, no script. It follows the
 * reader's choice of light or dark, fits a phone, prints, and is well-formed XML. The page is the
 * template {@code report.ftlx} over a {@link ReportPage}.
 */
public final class HtmlReport {
  private static final String FOLDER = "/report";
  private static final Configuration TEMPLATES = templates();

  /** XML has no way to write these. */
  private static final Pattern NOT_XML =
      Pattern.compile("[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

  private HtmlReport() {}

  /** The page. */
  public static String of(RunData run) {
    try {
      StringWriter page = new StringWriter();
      TEMPLATES
          .getTemplate("report.ftlx")
          .process(Map.of("page", ReportPage.of(run), "style", style()), page);
      return NOT_XML.matcher(page.toString()).replaceAll("\uFFFD");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException("The report's template does not fit its page.", e);
    }
  }

  private static Configuration templates() {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(HtmlReport.class, FOLDER);
    configuration.setDefaultEncoding(UTF_8.name());
    configuration.setLocale(Locale.ROOT);
    configuration.setNumberFormat("0.00");
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }

  private static String style() throws IOException {
    try (InputStream css = HtmlReport.class.getResourceAsStream(FOLDER + "/report.css")) {
      return new String(css.readAllBytes(), UTF_8);
    }
  }
}
