package dev.craftstream.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Looks for texts in everything that is logged while it is open, at levels that nobody runs a job
 * with. Keeps the lines that hold one.
 */
public final class LogSearch implements AutoCloseable {
  private final List<String> texts;
  private final List<String> found = new CopyOnWriteArrayList<>();
  private final LongAdder searched = new LongAdder();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final Handler javaLogging = new JavaLogging();
  private final java.util.logging.Logger javaRoot = java.util.logging.Logger.getLogger("");
  private final java.util.logging.Level javaLevel = javaRoot.getLevel();

  /**
   * Begins.
   *
   * @param levels of the loggers, by their names
   */
  public static LogSearch open(Map<String, Level> levels, String... texts) {
    LogSearch search = new LogSearch(List.of(texts));
    search.begin(levels);
    return search;
  }

  private LogSearch(List<String> texts) {
    this.texts = texts;
  }

  private void begin(Map<String, Level> levels) {
    Configuration configuration = context.getConfiguration();
    Search appender = new Search();
    appender.start();
    levels.forEach(
        (name, level) -> {
          LoggerConfig logger = new LoggerConfig(name, level, false);
          logger.addAppender(appender, Level.ALL, null);
          // Adding alone would leave one that is configured.
          configuration.removeLogger(name);
          configuration.addLogger(name, logger);
        });
    context.updateLoggers();
    javaRoot.addHandler(javaLogging);
    javaRoot.setLevel(java.util.logging.Level.ALL);
  }

  /** Lines with one of the texts. */
  public List<String> found() {
    return List.copyOf(found);
  }

  /** How many lines were looked at. */
  public long searched() {
    return searched.sum();
  }

  private void search(String line) {
    searched.increment();
    if (texts.stream().anyMatch(line::contains)) {
      found.add(line);
    }
  }

  /** Puts the logging back as it is configured. */
  @Override
  public void close() {
    javaRoot.setLevel(javaLevel);
    javaRoot.removeHandler(javaLogging);
    context.reconfigure();
  }

  private final class Search extends AbstractAppender {
    private final PatternLayout layout =
        PatternLayout.newBuilder().withPattern("%p %c [%t] %m%n%xEx").build();

    Search() {
      super("search", null, null, false, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      search(layout.toSerializable(event));
    }
  }

  private final class JavaLogging extends Handler {
    @Override
    public void publish(LogRecord event) {
      search(event.getLoggerName() + " " + new java.util.logging.SimpleFormatter().format(event));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
