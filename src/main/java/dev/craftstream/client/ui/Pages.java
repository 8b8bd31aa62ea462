package dev.craftstream.client.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.client.report.Templates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * The page's parts, each rendered once for all who look, and only when somebody asks for it. What
 * has changed is told by versions.
 */
final class Pages {
  /** The look of the next second may come a little early. */
  private static final long SLACK_NANOS = 100_000_000;

  private final View view;
  private final PartModels models;
  private final Map<String, Kept> kept = new HashMap<>();
  private final Map<String, Body> files = new ConcurrentHashMap<>();
  private volatile String versions = "{}";

  /**
   * What is sent.
   *
   * @param type its media type
   * @param zipped its bytes, as gzip
   */
  record Body(String type, byte[] zipped) {}

  private static final class Kept {
    private final Part part;
    private long version;
    private long changed = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
    private long rendered = Long.MIN_VALUE;
    private Body body;

    Kept(Part part) {
      this.part = part;
    }
  }

  Pages(View view) {
    this.view = view;
    this.models = new PartModels(view);
    Part.ALL.forEach(part -> kept.put(part.name(), new Kept(part)));
    look();
  }

  /** Looks which parts have changed. Called once a second. */
  synchronized void look() {
    long now = System.nanoTime();
    StringBuilder all = new StringBuilder("{");
    for (Part part : Part.ALL) {
      Kept its = kept.get(part.name());
      long version = part.version().applyAsLong(view);
      if (version != its.version
          && now - its.changed >= part.everySeconds() * 1_000_000_000L - SLACK_NANOS) {
        its.version = version;
        its.changed = now;
      }
      all.append(all.length() == 1 ? "" : ",")
          .append('"')
          .append(part.name())
          .append("\":\"")
          .append(Long.toString(its.version, Character.MAX_RADIX))
          .append('"');
    }
    versions = all.append('}').toString();
  }

  /** The parts' versions, as JSON. */
  String versions() {
    return versions;
  }

  /** A part as it was when its version changed, or later. */
  Optional<Body> part(String name) {
    Kept its = kept.get(name);
    if (its == null) {
      return Optional.empty();
    }
    synchronized (its) {
      long version;
      synchronized (this) {
        version = its.version;
      }
      if (its.rendered != version || its.body == null) {
        its.body = html(Templates.render("ui/parts.ftlx", models.of(its.part)));
        its.rendered = version;
      }
      return Optional.of(its.body);
    }
  }

  /** The questions that are found, as a part. */
  Body found(String query) {
    return html(view.finder().search(query));
  }

  /** What became of a question, as a part. */
  Body question(String id) {
    return html(view.finder().question(id, new Times(view.clock())));
  }

  /** The page itself, and what lies beside it. */
  Optional<Body> file(String path) {
    return switch (path) {
      case "/" -> Optional.of(files.computeIfAbsent(path, p -> page()));
      case "/report.css" -> text(path, "report/report.css", "text/css");
      case "/ui.css" -> text(path, "ui/ui.css", "text/css");
      case "/ui.js" -> text(path, "ui/ui.js", "text/javascript");
      case "/icon.svg" -> text(path, "ui/icon.svg", "image/svg+xml");
      default -> Optional.empty();
    };
  }

  private Body page() {
    return html(
        Templates.render(
            "ui/page.ftlx",
            Map.of(
                "source",
                view.source(),
                "zone",
                zone(),
                "parts",
                Part.ALL.stream().map(Part::name).toList())));
  }

  private String zone() {
    String id = view.clock().getZone().getId();
    return id.equals("Z") ? "UTC" : id;
  }

  private Optional<Body> text(String path, String resource, String type) {
    return Optional.of(
        files.computeIfAbsent(
            path, p -> new Body(type + "; charset=utf-8", zipped(Templates.text(resource)))));
  }

  static Body html(String text) {
    return new Body("text/html; charset=utf-8", zipped(text));
  }

  private static byte[] zipped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
