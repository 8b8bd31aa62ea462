package dev.craftstream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The packages follow the data's way, and their arrows point one way. */
@AnalyzeClasses(packages = "dev.craftstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String FLINK = "org.apache.flink..";
  private static final String KAFKA = "org.apache.kafka..";
  private static final String GRPC = "io.grpc..";

  @ArchTest
  static final ArchRule theModelKnowsNothingElse =
      classes()
          .that()
          .resideInAPackage("..model")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "dev.craftstream.model");

  @ArchTest
  static final ArchRule theMethodIsPure =
      classes()
          .that()
          .resideInAPackage("..method")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "dev.craftstream.model", "dev.craftstream.method");

  @ArchTest
  static final ArchRule theMethodReadsNoFiles =
      noClasses()
          .that()
          .resideInAPackage("..method")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.nio.file", "java.net..");

  @ArchTest
  static final ArchRule theSearchForConflictsKnowsVectorsOnly =
      classes()
          .that()
          .resideInAPackage("..conflict")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "io.github.jbellis.jvector..", "dev.craftstream.conflict");

  @ArchTest
  static final ArchRule onlyTheCommandsSearchForConflicts =
      noClasses()
          .that()
          .resideOutsideOfPackages("..conflict", "..cli")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..conflict", "io.github.jbellis.jvector..");

  @ArchTest
  static final ArchRule promptsKnowOnlyQuestions =
      noClasses()
          .that()
          .resideInAPackage("..prompt")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FLINK, KAFKA, GRPC, "..triton", "..tracking", "..topics");

  @ArchTest
  static final ArchRule theTritonClientKnowsNeitherFlinkNorKafka =
      noClasses()
          .that()
          .resideInAPackage("..triton")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FLINK, KAFKA, "..tracking", "..selection", "..topics");

  @ArchTest
  static final ArchRule trackingKnowsNeitherKafkaNorPrompts =
      noClasses()
          .that()
          .resideInAPackage("..tracking")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(KAFKA, GRPC, "..prompt", "..selection", "..topics");

  @ArchTest
  static final ArchRule selectionKnowsNeitherKafkaNorTriton =
      noClasses()
          .that()
          .resideInAPackage("..selection")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(KAFKA, GRPC, "..triton", "..tracking", "..topics");

  @ArchTest
  static final ArchRule evaluationKnowsOnlyTheMethod =
      noClasses()
          .that()
          .resideInAPackage("..evaluation")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              KAFKA, GRPC, "..prompt", "..triton", "..tracking", "..selection", "..topics");

  @ArchTest
  static final ArchRule topicsDoNotKnowTheMethod =
      noClasses()
          .that()
          .resideInAPackage("..topics")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(GRPC, "..method", "..triton", "..tracking", "..selection");

  @ArchTest
  static final ArchRule nothingInTheJobKnowsTheCommandsOrTheEmbeddedRun =
      noClasses()
          .that()
          .resideOutsideOfPackages("..cli..", "..local..", "..report..", "..exchange..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..cli..", "..local..", "..report..", "..exchange..");

  @ArchTest
  static final ArchRule exchangeKnowsFilesAndSchemasOnly =
      noClasses()
          .that()
          .resideInAPackage("..exchange")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              FLINK, KAFKA, GRPC, "..triton", "..tracking", "..selection", "..cli", "..local");

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
