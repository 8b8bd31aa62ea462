package dev.craftstream.torture;

import dev.craftstream.torture.Findings.Kind;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.torture.RequestLog.Ask;
import dev.craftstream.torture.RequestLog.Subject;
import dev.craftstream.v1.Cost;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds what the records say asking has cost against what the model server says it was asked. Each
 * committed measurement costs the one request that was answered, and what failed before it in the
 * same task; what the server saw beside it are requests that were made again, for which {@link
 * RequestChecker} finds the causes. So no checkpoint has cost more answers than its server gave.
 */
final class CostChecker {
  private final Findings findings;

  CostChecker(Findings findings) {
    this.findings = findings;
  }

  void check(RequestLog log, Output output) {
    Map<Integer, Long> seen = new TreeMap<>();
    log.asks()
        .forEach((subject, asks) -> seen.merge(subject.version(), (long) asks.size(), Long::sum));
    Map<Integer, Long> counted = new TreeMap<>();
    Map<Integer, Long> measured = new TreeMap<>();
    for (Committed<KnowledgeRecord> record : output.knowledge()) {
      if (record.value() != null) {
        Subject subject = RequestChecker.subject(record.value());
        Cost cost = record.value().getCost();
        check(subject, cost, log.asks().getOrDefault(subject, List.of()));
        counted.merge(subject.version(), cost.getRequestsWithTokens(), Long::sum);
        measured.merge(subject.version(), 1L, Long::sum);
      }
    }
    counted.forEach(
        (version, answers) -> {
          if (answers > seen.getOrDefault(version, 0L)) {
            findings.add(
                Kind.COSTS_MORE_THAN_SEEN,
                "%d answers of version %d, which was asked %d times",
                answers,
                version,
                seen.getOrDefault(version, 0L));
          }
          if (2 * answers < measured.get(version)) {
            findings.add(
                Kind.COST_UNKNOWN,
                "of %d of %d measurements by version %d the tokens are known",
                answers,
                measured.get(version),
                version);
          }
        });
    for (Committed<DatasetManifest> manifest : output.manifests()) {
      if (manifest.value() != null && manifest.value().getComplete()) {
        DatasetManifest its = manifest.value();
        check(its, its.getInitialCheckpointId(), its.getInitialCost(), seen);
        if (its.hasRehearsalCost()) {
          check(its, its.getRehearsalCheckpointId(), its.getRehearsalCost(), seen);
        }
      }
    }
  }

  private void check(Subject subject, Cost cost, List<Ask> asks) {
    long answers = cost.getRequestsWithTokens();
    if (cost.getRequests() < 1) {
      findings.add(Kind.COST_UNKNOWN, "%s has no requests", subject);
    } else if (answers > Math.min(1, asks.size()) || cost.getRequests() < answers) {
      findings.add(
          Kind.COSTS_MORE_THAN_SEEN,
          "%s: %d answers in %d requests, and it was asked %d times",
          subject,
          answers,
          cost.getRequests(),
          asks.size());
    } else if (answers > 0 && (cost.getPromptTokens() < 1 || cost.getGeneratedTokens() < 1)) {
      findings.add(Kind.COST_UNKNOWN, "%s was answered in no tokens", subject);
    }
  }

  private void check(
      DatasetManifest manifest, String checkpoint, Cost cost, Map<Integer, Long> seen) {
    long most = seen.getOrDefault(RequestChecker.version(checkpoint), 0L);
    if (cost.getRequestsWithTokens() > most) {
      findings.add(
          Kind.COSTS_MORE_THAN_SEEN,
          "%d answers of %s in the manifest of %s, and it was asked %d times",
          cost.getRequestsWithTokens(),
          checkpoint,
          manifest.getDatasetId(),
          most);
    }
  }
}
