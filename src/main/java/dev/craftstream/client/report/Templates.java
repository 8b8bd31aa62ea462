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
 * The templates of the pages that this project shows. What they insert is escaped, and what XML has
 * no way to write is replaced.
 */
public final class Templates {
  private static final Configuration TEMPLATES = templates();

  private static final Pattern NOT_XML =
      Pattern.compile("[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

  private Templates() {}

  /**
   * Fills a template in.
   *
   * @param name such as {@code report/report.ftlx}
   */
  public static String render(String name, Map<String, ?> values) {
    try {
      StringWriter page = new StringWriter();
      TEMPLATES.getTemplate(name).process(values, page);
      return NOT_XML.matcher(page.toString()).replaceAll("\uFFFD");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException("The template " + name + " does not fit its page.", e);
    }
  }

  /** A file that lies beside the templates, such as {@code report/report.css}. */
  public static String text(String name) {
    try (InputStream file = Templates.class.getResourceAsStream("/" + name)) {
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Configuration templates() {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(Templates.class, "/");
    configuration.setDefaultEncoding(UTF_8.name());
    configuration.setLocale(Locale.ROOT);
    configuration.setNumberFormat("0.00");
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }
}
