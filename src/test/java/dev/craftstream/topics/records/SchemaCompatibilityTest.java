package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TextFormat;
import dev.craftstream.v1.Cost;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.QuestionEvent;
import dev.craftstream.v1.Request;
import dev.craftstream.v1.SampleRecord;
import dev.craftstream.v1.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What lies in the topics stays readable: fields and enum values keep their number, name and type,
 * in Protobuf for the numbers' sake and in JSON for the names'. Additions are free; after one,
 * {@code mvn test -Dtest=SchemaCompatibilityTest -Dschemas.update=true} adds it to the snapshot.
 */
class SchemaCompatibilityTest {

  private static final Path SNAPSHOT = Path.of("src/test/resources/schemas/craftstream.v1.txtpb");
  private static final Path PROTOS = Path.of("proto");

  private static final List<FileDescriptor> FILES =
      List.of(
          Cost.getDescriptor().getFile(),
          DatasetRecord.getDescriptor().getFile(),
          DeadLetter.getDescriptor().getFile(),
          Evaluation.getDescriptor().getFile(),
          Instruction.getDescriptor().getFile(),
          KnowledgeRecord.getDescriptor().getFile(),
          ModelCheckpointEvent.getDescriptor().getFile(),
          QuestionEvent.getDescriptor().getFile(),
          Request.getDescriptor().getFile(),
          SampleRecord.getDescriptor().getFile(),
          Task.getDescriptor().getFile());

  private static FileDescriptorSet current() {
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    FILES.forEach(file -> set.addFile(file.toProto()));
    return set.build();
  }

  private static FileDescriptorSet snapshot() throws IOException {
    if (Boolean.getBoolean("schemas.update")) {
      Files.createDirectories(SNAPSHOT.getParent());
      Files.writeString(SNAPSHOT, TextFormat.printer().printToString(current()), UTF_8);
    }
    return TextFormat.parse(Files.readString(SNAPSHOT, UTF_8), FileDescriptorSet.class);
  }

  @Test
  void everySchemaFileIsWatched() throws IOException {
    try (Stream<Path> files = Files.walk(PROTOS.resolve("craftstream/v1"))) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> PROTOS.relativize(file).toString().replace('\\', '/')))
          .containsExactlyInAnyOrderElementsOf(
              FILES.stream().map(FileDescriptor::getName).toList());
    }
  }

  @Test
  void whatWasPublishedIsStillThere() throws IOException {
    assertThat(breaks(snapshot(), current())).isEmpty();
  }

  @Test
  void theSnapshotHasEverything() throws IOException {
    assertThat(breaks(current(), snapshot()))
        .as("Additions to the schema; pin them as this class's comment says.")
        .isEmpty();
  }

  @Test
  void givenAFieldThatMovesOrGoes_whenCompared_thenItIsABreak() {
    FileDescriptorSet moved =
        FileDescriptorSet.newBuilder()
            .addFile(
                KnowledgeRecord.getDescriptor().getFile().toProto().toBuilder()
                    .setMessageType(
                        0,
                        KnowledgeRecord.getDescriptor().toProto().toBuilder()
                            .setField(
                                0,
                                KnowledgeRecord.getDescriptor()
                                    .getFields()
                                    .get(0)
                                    .toProto()
                                    .toBuilder()
                                    .setName("id"))
                            .removeField(2)))
            .build();
    FileDescriptorSet before =
        FileDescriptorSet.newBuilder()
            .addFile(KnowledgeRecord.getDescriptor().getFile().toProto())
            .build();
    assertThat(breaks(before, moved)).hasSize(2);
  }

  // What a reader or writer of the older schema would stumble over.

  private static List<String> breaks(FileDescriptorSet older, FileDescriptorSet newer) {
    List<String> breaks = new ArrayList<>();
    Map<String, FileDescriptorProto> files =
        byName(newer.getFileList(), FileDescriptorProto::getName);
    for (FileDescriptorProto file : older.getFileList()) {
      FileDescriptorProto now = files.get(file.getName());
      if (now == null || !now.getPackage().equals(file.getPackage())) {
        breaks.add(file.getName() + " is gone");
        continue;
      }
      messageBreaks(file.getPackage(), file.getMessageTypeList(), now.getMessageTypeList(), breaks);
      enumBreaks(file.getPackage(), file.getEnumTypeList(), now.getEnumTypeList(), breaks);
    }
    return breaks;
  }

  private static void messageBreaks(
      String path, List<DescriptorProto> older, List<DescriptorProto> newer, List<String> breaks) {
    Map<String, DescriptorProto> messages = byName(newer, DescriptorProto::getName);
    for (DescriptorProto message : older) {
      String name = path + "." + message.getName();
      DescriptorProto now = messages.get(message.getName());
      if (now == null) {
        breaks.add(name + " is gone");
        continue;
      }
      Map<Integer, String> fields =
          now.getFieldList().stream()
              .collect(
                  Collectors.toMap(
                      FieldDescriptorProto::getNumber, field -> signature(now, field)));
      for (FieldDescriptorProto field : message.getFieldList()) {
        String was = signature(message, field);
        String is = fields.get(field.getNumber());
        if (!was.equals(is)) {
          breaks.add(name + ": " + was + " is now " + is);
        }
      }
      messageBreaks(name, message.getNestedTypeList(), now.getNestedTypeList(), breaks);
      enumBreaks(name, message.getEnumTypeList(), now.getEnumTypeList(), breaks);
    }
  }

  private static String signature(DescriptorProto message, FieldDescriptorProto field) {
    String oneof =
        field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
    return "%s %s%s %s = %d (%s) %s"
        .formatted(
            field.getLabel(),
            field.getType(),
            field.getTypeName(),
            field.getName(),
            field.getNumber(),
            field.getJsonName(),
            oneof);
  }

  private static void enumBreaks(
      String path,
      List<EnumDescriptorProto> older,
      List<EnumDescriptorProto> newer,
      List<String> breaks) {
    Map<String, EnumDescriptorProto> enums = byName(newer, EnumDescriptorProto::getName);
    for (EnumDescriptorProto type : older) {
      String name = path + "." + type.getName();
      EnumDescriptorProto now = enums.get(type.getName());
      if (now == null) {
        breaks.add(name + " is gone");
        continue;
      }
      Map<String, Integer> values =
          now.getValueList().stream()
              .collect(
                  Collectors.toMap(
                      EnumValueDescriptorProto::getName, EnumValueDescriptorProto::getNumber));
      for (EnumValueDescriptorProto value : type.getValueList()) {
        Integer number = values.get(value.getName());
        if (number == null || number != value.getNumber()) {
          breaks.add(
              "%s: %s = %d is now %s".formatted(name, value.getName(), value.getNumber(), number));
        }
      }
    }
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    return all.stream().collect(Collectors.toMap(name, Function.identity()));
  }
}
