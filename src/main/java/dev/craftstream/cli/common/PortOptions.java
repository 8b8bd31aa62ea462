package dev.craftstream.cli.common;

import dev.craftstream.embedded.Ports;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the servers of an embedded run listen. */
public final class PortOptions {
  /** Flink's usual one. */
  public static final int WEB = 8081;

  private static final int KAFKA = 9092;

  @Option(
      names = "--web-port",
      paramLabel = "PORT",
      description = "Of Flink's web UI. Default: 8081, or a free one where that is in use.")
  private Integer web;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Of the broker. Default: 9092, or a free one where that is in use.")
  private Integer kafka;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Fails where one is no port. */
  public void check() {
    Commands.requirePort(command, "--web-port", web);
    Commands.requirePort(command, "--kafka-port", kafka);
  }

  public int web() throws IOException {
    return Ports.choose(web, WEB, "the web UI", "--web-port");
  }

  public int kafka() throws IOException {
    return Ports.choose(kafka, KAFKA, "the broker", "--kafka-port");
  }
}
