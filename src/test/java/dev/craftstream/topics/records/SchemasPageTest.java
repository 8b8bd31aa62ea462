package dev.craftstream.topics.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import dev.craftstream.Documentation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The page on the topics' schemas is made of the comments in {@code proto}; {@code mvn test
 * -Dtest=SchemasPageTest -Ddocs.update=true} writes it anew.
 */
class SchemasPageTest {
  /** What protoc wrote during the build, comments included. */
  private static final Path DESCRIPTORS = Path.of("target/schemas.binpb");

  private static final String PACKAGE = "craftstream/v1/";

  /** In the order of the data. */
  private static final List<String> ORDER =
      List.of(
          "question",
          "model_checkpoint",
          "request",
          "instruction",
          "knowledge",
          "cost",
          "sample",
          "dataset",
          "evaluation",
          "dead_letter",
          "task");

  private static List<FileDescriptorProto> files;

  @BeforeAll
  static void readSchemas() throws IOException {
    try (InputStream in = Files.newInputStream(DESCRIPTORS)) {
      files =
          FileDescriptorSet.parseFrom(in).getFileList().stream()
              .filter(file -> file.getName().startsWith(PACKAGE))
              .sorted(Comparator.comparingInt(file -> ORDER.indexOf(name(file))))
              .toList();
    }
  }

  @Test
  void thePageIsMadeOfTheSchemas() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Schemas of the topics

            Made from `proto/craftstream/v1`; a test keeps it so. Records are proto3 JSON with these names (camelCase is read too), or
            Protobuf with `kafka.format: PROTOBUF`. In JSON, 64-bit numbers are strings and bytes are Base64, as proto3 JSON has it.
            Fields are only ever added. [Topics](../topics.md) says what lies where, with examples.

            | topic | its records |
            |---|---|
            | `questions` | [QuestionEvent](#questionevent) |
            | `model-checkpoints` | [ModelCheckpointEvent](#modelcheckpointevent) |
            | `requests` | [Request](#request) |
            | `instructions` | [Instruction](#instruction) |
            | `knowledge` | [KnowledgeRecord](#knowledgerecord) |
            | `datasets`, `rehearsal-sets` | [DatasetRecord](#datasetrecord) |
            | `dataset-manifests` | [DatasetManifest](#datasetmanifest) |
            | `evaluations` | [Evaluation](#evaluation) |
            | `dead-letters` | [DeadLetter](#deadletter) |
            """);
    files.forEach(file -> describe(file, page));
    Documentation.assertGenerated(Path.of("docs/reference/schemas.md"), page.toString());
  }

  @Test
  void everySchemaHasItsPlaceOnThePage() {
    assertThat(files).extracting(SchemasPageTest::name).containsExactlyElementsOf(ORDER);
    assertThat(files)
        .flatExtracting(FileDescriptorProto::getMessageTypeList)
        .as("messages within messages, which the page would leave out")
        .allMatch(message -> message.getNestedTypeCount() == 0 && message.getEnumTypeCount() == 0);
  }

  private static String name(FileDescriptorProto file) {
    return file.getName().substring(PACKAGE.length()).replace(".proto", "");
  }

  private static void describe(FileDescriptorProto file, StringBuilder page) {
    Map<List<Integer>, String> comments = comments(file);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < file.getMessageTypeCount(); i++) {
      List<Integer> path = List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i);
      blocks.add(block(file, path, comments, fields(file.getMessageType(i), path, comments)));
    }
    for (int i = 0; i < file.getEnumTypeCount(); i++) {
      List<Integer> path = List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i);
      blocks.add(block(file, path, comments, values(file.getEnumType(i), path, comments)));
    }
    blocks.sort(Comparator.comparingInt(Block::line));
    blocks.forEach(block -> page.append(block.text()));
  }

  /** What one message or enum comes to, and the line where it begins in its file. */
  private record Block(int line, String text) {}

  private static Block block(
      FileDescriptorProto file,
      List<Integer> path,
      Map<List<Integer>, String> comments,
      String text) {
    int line =
        file.getSourceCodeInfo().getLocationList().stream()
            .filter(location -> location.getPathList().equals(path))
            .mapToInt(location -> location.getSpan(0))
            .findFirst()
            .orElseThrow();
    return new Block(line, text);
  }

  private static String fields(
      DescriptorProto message, List<Integer> path, Map<List<Integer>, String> comments) {
    StringBuilder text = heading(message.getName(), path, comments);
    if (message.getFieldCount() == 0) {
      return text.append("\nIt has no fields.\n").toString();
    }
    text.append("\n| number | field | type | meaning |\n|---|---|---|---|\n");
    for (int i = 0; i < message.getFieldCount(); i++) {
      FieldDescriptorProto field = message.getField(i);
      text.append(
          "| %d | `%s` | %s | %s |\n"
              .formatted(
                  field.getNumber(),
                  field.getName(),
                  type(field, message),
                  comments.getOrDefault(child(path, DescriptorProto.FIELD_FIELD_NUMBER, i), "")));
    }
    return text.toString();
  }

  private static String values(
      EnumDescriptorProto type, List<Integer> path, Map<List<Integer>, String> comments) {
    StringBuilder text = heading(type.getName(), path, comments);
    text.append("\n| number | value | meaning |\n|---|---|---|\n");
    for (int i = 0; i < type.getValueCount(); i++) {
      EnumValueDescriptorProto value = type.getValue(i);
      text.append(
          "| %d | `%s` | %s |\n"
              .formatted(
                  value.getNumber(),
                  value.getName(),
                  comments.getOrDefault(
                      child(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i), "")));
    }
    return text.toString();
  }

  private static StringBuilder heading(
      String name, List<Integer> path, Map<List<Integer>, String> comments) {
    StringBuilder text = new StringBuilder("\n## ").append(name).append("\n");
    String comment = comments.get(path);
    if (comment != null) {
      text.append("\n").append(comment).append("\n");
    }
    return text;
  }

  private static String type(FieldDescriptorProto field, DescriptorProto message) {
    String type =
        field.hasTypeName()
            ? link(field.getTypeName().substring(field.getTypeName().lastIndexOf('.') + 1))
            : field.getType().name().replace("TYPE_", "").toLowerCase(Locale.ROOT);
    if (field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED) {
      return type + ", repeated";
    }
    if (field.getProto3Optional()) {
      return type + ", may be absent";
    }
    return field.hasOneofIndex()
        ? "%s, one of `%s`".formatted(type, message.getOneofDecl(field.getOneofIndex()).getName())
        : type;
  }

  private static String link(String type) {
    return "[%s](#%s)".formatted(type, type.toLowerCase(Locale.ROOT));
  }

  private static List<Integer> child(List<Integer> path, int kind, int index) {
    List<Integer> child = new ArrayList<>(path);
    child.add(kind);
    child.add(index);
    return child;
  }

  /** By the place of what they stand before, as descriptor.proto counts places. */
  private static Map<List<Integer>, String> comments(FileDescriptorProto file) {
    Map<List<Integer>, String> comments = new HashMap<>();
    for (Location location : file.getSourceCodeInfo().getLocationList()) {
      if (location.hasLeadingComments()) {
        comments.put(
            location.getPathList(),
            location
                .getLeadingComments()
                .strip()
                .replaceAll("\\s*\\n\\s*", " ")
                .replace("|", "\\|"));
      }
    }
    return comments;
  }
}
