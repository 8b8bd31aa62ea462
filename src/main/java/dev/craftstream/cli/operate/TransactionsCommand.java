package dev.craftstream.cli.operate;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.OpenTransaction;
import dev.craftstream.topics.kafka.Transactions;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft transactions}. */
@Command(
    name = "transactions",
    description = {
      "Lists the job's open transactions, and aborts those that a job left behind which does not come"
          + " back. Until they end, at kafka.transaction-timeout, consumers that read committed records"
          + " see nothing of what comes behind them.",
      "A job that is restored from its savepoint or Flink checkpoint ends its own: abort only what no"
          + " job will be restored from. A running job commits its transactions with each Flink"
          + " checkpoint, so one that is older than some of these is none of its own."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft transactions",
      "  ./craft transactions --abort --older-than 30m"
    })
public final class TransactionsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--abort", description = "Abort those that are old enough.")
  private boolean abort;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      defaultValue = "10m",
      description =
          "With --abort: how long one has to be open. Give more than the longest time between two"
              + " Flink checkpoints of a job that runs, time-outs included. Default: ${DEFAULT-VALUE}.")
  private String olderThan;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    Duration age = age();
    KafkaSettings kafka = job.kafka();
    Transactions transactions = new Transactions(kafka);
    PrintWriter out = spec.commandLine().getOut();
    Instant now = Instant.now();
    List<OpenTransaction> open = transactions.open();
    if (open.isEmpty()) {
      out.printf(
          "No transaction of kafka.transactional-id-prefix %s is open.%n",
          kafka.transactionalIdPrefix());
    }
    for (OpenTransaction transaction : open) {
      out.printf(
          "%s  %s since %s; ends by itself at %s; %s%n",
          transaction.id(),
          transaction.state(),
          seconds(transaction.started()),
          seconds(transaction.endsBy()),
          String.join(", ", transaction.partitions()));
    }
    if (abort) {
      int aborted =
          transactions.abort(
              open.stream().filter(one -> !one.started().isAfter(now.minus(age))).toList());
      out.printf(
          "Aborted %d of %d, those open for %s and more.%n",
          aborted, open.size(), TimeUtils.formatWithHighestUnit(age));
    }
    out.flush();
    return 0;
  }

  private Duration age() {
    try {
      return TimeUtils.parseDuration(olderThan);
    } catch (IllegalArgumentException e) {
      throw Commands.wrong(spec, "--older-than is " + olderThan + "; give a time, such as 10m.");
    }
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
