package dev.craftstream;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.craftstream.metrics.JobMetric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which package may know which others; the same table as in docs/architecture.md. */
@AnalyzeClasses(packages = "dev.craftstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.craftstream";

  /** Made by protoc. */
  private static final Set<String> SCHEMAS = Set.of(ROOT + ".v1", ROOT + ".inference");

  private static final String FLINK = "org.apache.flink..";
  private static final String KAFKA = "org.apache.kafka..";
  private static final String GRPC = "io.grpc..";

  /** A package, and those that it may know beside itself and the schemas. From the inside out. */
  private static final Map<String, Set<String>> MAY_KNOW = new LinkedHashMap<>();

  static {
    may("model");
    may("model.checkpoint", "model");
    may("model.knowledge", "model", "model.checkpoint");
    may("model.label", "model", "model.knowledge");
    may("model.dataset", "model", "model.checkpoint", "model.knowledge", "model.label");
    may("model.evidence", "model", "model.checkpoint", "model.knowledge");
    may(
        "model.message",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.dataset",
        "model.evidence");
    may("method.judging", "model", "model.knowledge");
    may("method.statistics", "model.knowledge");
    may("method.posterior", "model", "model.knowledge", "model.label");
    may(
        "method",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "method.judging",
        "method.posterior");
    may("prompt.jinja");
    may("prompt.chat", "prompt.jinja");
    may("prompt", "model", "model.label", "prompt.chat");
    may("flink");
    may("metrics");
    may("knowledge", "model", "model.checkpoint", "model.knowledge", "model.evidence", "metrics");
    may("triton.client", "model.checkpoint", "knowledge");
    may(
        "triton.contract",
        "model.checkpoint",
        "model.evidence",
        "method",
        "knowledge",
        "triton.client");
    may(
        "triton",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.evidence",
        "method.judging",
        "method",
        "prompt",
        "knowledge",
        "triton.client",
        "triton.contract");
    may(
        "triton.recorded",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.evidence",
        "triton.contract");
    may(
        "triton.doctor",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "knowledge",
        "triton.client",
        "triton.contract",
        "triton");
    may(
        "admission",
        "model",
        "model.checkpoint",
        "model.dataset",
        "model.message",
        "flink",
        "metrics",
        "knowledge");
    may(
        "survey",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "model.message",
        "method",
        "prompt",
        "flink",
        "metrics");
    may(
        "tracking",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.evidence",
        "model.message",
        "flink",
        "metrics",
        "knowledge",
        "survey");
    may(
        "relabel",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "method",
        "prompt",
        "metrics");
    may(
        "evaluation",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.dataset",
        "model.message",
        "method",
        "flink",
        "metrics");
    may(
        "topics.records",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "model.evidence",
        "model.message",
        "metrics");
    may(
        "topics.kafka",
        "model",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "model.evidence",
        "metrics",
        "admission",
        "topics.records");
    may("topics.schemas", "topics.records", "topics.kafka");
    may(
        "config",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "model.evidence",
        "method.judging",
        "method",
        "prompt.chat",
        "prompt",
        "metrics",
        "knowledge",
        "triton.client",
        "triton",
        "survey",
        "tracking",
        "topics.records",
        "topics.kafka");
    may(
        "",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "model.evidence",
        "model.message",
        "flink",
        "knowledge",
        "triton",
        "admission",
        "survey",
        "tracking",
        "relabel",
        "evaluation",
        "topics.records",
        "topics.kafka",
        "config");
    may("client.similar", "model", "model.label", "method.judging");
    may("client.exchange", "model.label");
    may("client.importing.rows");
    may("client.importing.forms", "model", "topics.records", "client.importing.rows");
    may(
        "client.importing",
        "model",
        "topics.records",
        "client.importing.rows",
        "client.importing.forms");
    may(
        "client.report",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "method.statistics");
    may(
        "client",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "method",
        "topics.records",
        "topics.kafka",
        "client.exchange",
        "client.report");
    may(
        "client.watch",
        "model",
        "model.checkpoint",
        "model.label",
        "method",
        "topics.records",
        "topics.kafka",
        "client.exchange",
        "client.report",
        "client");
    may(
        "client.ui",
        "model",
        "model.checkpoint",
        "model.label",
        "topics.records",
        "topics.kafka",
        "client.exchange",
        "client.report",
        "client",
        "client.watch");
    may(
        "client.evidence",
        "model.evidence",
        "topics.records",
        "topics.kafka",
        "client.importing.rows",
        "client");
    may("client.replay", "model", "topics.records", "topics.kafka", "client");
    may(
        "client.rules",
        "model",
        "model.knowledge",
        "model.label",
        "model.evidence",
        "method.judging",
        "method.statistics",
        "method",
        "topics.records",
        "topics.kafka",
        "client",
        "client.evidence");
    may(
        "embedded",
        "model",
        "model.checkpoint",
        "model.label",
        "triton",
        "survey",
        "tracking",
        "topics.kafka",
        "config",
        "",
        "client.exchange",
        "client.report",
        "client",
        "client.ui");
    may(
        "embedded.trainer",
        "model.label",
        "prompt.chat",
        "prompt",
        "topics.records",
        "topics.kafka",
        "config",
        "client",
        "embedded");
    may(
        "embedded.circle",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "method",
        "triton",
        "survey",
        "topics.records",
        "topics.kafka",
        "config",
        "client.report",
        "client",
        "embedded",
        "embedded.trainer");
    may(
        "embedded.study",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "model.dataset",
        "method.statistics",
        "method.posterior",
        "method",
        "prompt",
        "knowledge",
        "triton.client",
        "triton.contract",
        "triton",
        "survey",
        "topics.records",
        "topics.kafka",
        "config",
        "client.similar",
        "client.importing",
        "client",
        "embedded",
        "embedded.trainer");
    may(
        "embedded.bench",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "knowledge",
        "triton.client",
        "triton",
        "topics.records",
        "topics.kafka",
        "config",
        "",
        "client",
        "embedded");
    may(
        "cli.common",
        "model",
        "model.checkpoint",
        "triton.client",
        "triton",
        "topics.records",
        "topics.kafka",
        "config",
        "client.similar",
        "client",
        "embedded");
    may(
        "cli.input",
        "model",
        "model.checkpoint",
        "model.label",
        "model.dataset",
        "triton.client",
        "topics.records",
        "topics.kafka",
        "config",
        "client.similar",
        "client.importing.forms",
        "client.importing",
        "client",
        "cli.common");
    may(
        "cli.output",
        "model",
        "model.checkpoint",
        "model.knowledge",
        "model.label",
        "method.judging",
        "method.statistics",
        "method",
        "prompt",
        "triton.client",
        "triton",
        "topics.records",
        "topics.kafka",
        "config",
        "client.similar",
        "client.exchange",
        "client.report",
        "client",
        "client.rules",
        "embedded",
        "cli.common");
    may(
        "cli.operate",
        "model",
        "model.checkpoint",
        "triton.client",
        "triton",
        "triton.doctor",
        "topics.records",
        "topics.kafka",
        "config",
        "client.exchange",
        "client.report",
        "client",
        "client.ui",
        "client.replay",
        "cli.common");
    may(
        "cli.local",
        "model",
        "model.checkpoint",
        "model.label",
        "model.evidence",
        "triton.recorded",
        "topics.records",
        "topics.kafka",
        "config",
        "client.importing",
        "client",
        "client.evidence",
        "embedded",
        "embedded.circle",
        "embedded.study",
        "embedded.bench",
        "cli.common");
    may(
        "cli",
        "topics.schemas",
        "config",
        "embedded",
        "cli.common",
        "cli.input",
        "cli.output",
        "cli.operate",
        "cli.local");
  }

  private static void may(String name, String... others) {
    MAY_KNOW.put(
        full(name),
        Stream.of(others).map(ArchitectureTest::full).collect(toCollection(TreeSet::new)));
  }

  private static String full(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  @ArchTest
  static void noPackageKnowsMoreThanTheTableSays(JavaClasses classes) {
    MAY_KNOW.forEach(
        (name, others) -> {
          String[] allowed =
              Stream.of(Set.of(name), SCHEMAS, others).flatMap(Set::stream).toArray(String[]::new);
          noClasses()
              .that()
              .resideInAPackage(name)
              .should()
              .dependOnClassesThat(
                  resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
              .check(classes);
        });
  }

  @ArchTest
  static void everyPackageIsInTheTable(JavaClasses classes) {
    assertThat(classes)
        .extracting(JavaClass::getPackageName)
        .isSubsetOf(Stream.of(MAY_KNOW.keySet(), SCHEMAS).flatMap(Set::stream).toList());
  }

  /** So that no arrow of the table runs upwards, and there are no circles. */
  @ArchTest
  static void theTableGoesFromTheInsideOut(JavaClasses classes) {
    Set<String> above = new TreeSet<>();
    MAY_KNOW.forEach(
        (name, others) -> {
          assertThat(above).as("what stands before %s in the table", name).containsAll(others);
          above.add(name);
        });
  }

  /** The table of docs/architecture.md: each package with its description and what it may know. */
  @ArchTest
  static void theDocumentationHasThisTable(JavaClasses classes) throws IOException {
    StringBuilder table =
        new StringBuilder("| package | what lives there | may know |\n|---|---|---|\n");
    for (Map.Entry<String, Set<String>> row : MAY_KNOW.entrySet()) {
      table.append(
          "| `%s` | %s | %s |\n"
              .formatted(
                  shortName(row.getKey()),
                  Documentation.packageDescription(row.getKey()),
                  row.getValue().stream()
                      .map(other -> "`" + shortName(other) + "`")
                      .collect(joining(", "))));
    }
    Documentation.assertGenerated(Path.of("docs/architecture.md"), "packages", table.toString());
  }

  private static String shortName(String full) {
    return full.equals(ROOT) ? "(root)" : full.substring(ROOT.length() + 1);
  }

  @ArchTest
  static final ArchRule metricsAreRegisteredByTheListAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".metrics")
          .should()
          .callMethodWhere(
              JavaCall.Predicates.target(
                      HasName.Predicates.nameMatching("counter|gauge|histogram|meter|addGroup"))
                  .and(
                      JavaCall.Predicates.target(
                          HasOwner.Predicates.With.owner(
                              JavaClass.Predicates.assignableTo(
                                  "org.apache.flink.metrics.MetricGroup")))));

  @ArchTest
  static void everyMetricOfTheListIsRegistered(JavaClasses classes) {
    assertThat(classes.get(JobMetric.class).getFields())
        .filteredOn(field -> field.reflect().isEnumConstant())
        .hasSize(JobMetric.values().length)
        .allSatisfy(
            metric ->
                assertThat(metric.getAccessesToSelf())
                    .as("stages that register %s", metric.getName())
                    .anyMatch(access -> !access.getOriginOwner().isEquivalentTo(JobMetric.class)));
  }

  @ArchTest
  static final ArchRule theMethodIsPure =
      noClasses()
          .that()
          .resideInAnyPackage("..model..", "..method..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("java..", ROOT + ".model..", ROOT + ".method..")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.nio.file", "java.net..");

  @ArchTest
  static final ArchRule theStagesAreWiredWithoutTheTopics =
      noClasses()
          .that()
          .haveFullyQualifiedName(ROOT + ".Curation")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT + ".topics..");

  @ArchTest
  static final ArchRule onlyTheClientKnowsGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".triton..", ROOT + ".inference")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(GRPC);

  @ArchTest
  static final ArchRule theClientKnowsNoFlink =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + ".triton..",
              ROOT + ".prompt..",
              ROOT + ".client.exchange",
              ROOT + ".client.importing..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FLINK, KAFKA);

  @ArchTest
  static final ArchRule stagesKnowNoKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + ".admission",
              ROOT + ".tracking",
              ROOT + ".survey",
              ROOT + ".relabel",
              ROOT + ".evaluation",
              ROOT + ".topics.records")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(KAFKA);

  @ArchTest
  static final ArchRule onlyTheSearchForConflictsKnowsJvector =
      noClasses()
          .that()
          .resideOutsideOfPackage("..client.similar")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.github.jbellis.jvector..");

  /** Bytes from outside never become Java objects of the sender's choice. */
  @ArchTest
  static final ArchRule nothingMakesJavaObjectsOfBytes =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.apache.flink.util.InstantiationUtil")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "com.esotericsoftware..",
              "java.rmi..",
              "java.beans",
              "org.apache.flink.api.java.typeutils.runtime.kryo..")
          .orShould()
          .callMethodWhere(
              JavaCall.Predicates.target(
                  HasName.Predicates.nameMatching("enableDefaultTyping|activateDefaultTyping")));
}
