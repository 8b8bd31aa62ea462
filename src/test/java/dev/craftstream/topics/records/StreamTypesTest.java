package dev.craftstream.topics.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.message.Survey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.EnumTypeInfo;
import org.apache.flink.api.java.typeutils.ListTypeInfo;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The domain's records travel and rest in Flink's own evolvable form, never in Kryo's. */
class StreamTypesTest {

  static Stream<Class<?>> records() {
    return new ClassFileImporter()
        .importPackages("dev.craftstream.model").stream()
            .map(JavaClass::reflect)
            .filter(Class::isRecord);
  }

  @ParameterizedTest
  @MethodSource("records")
  void givenARecordOfTheDomain_whenFlinkCarriesIt_thenItIsAPojoThroughAndThrough(Class<?> record) {
    TypeInformation<?> type = TypeInformation.of(record);
    assertThat(type).isInstanceOf(PojoTypeInfo.class);
    assertThat(foreign(type, record.getSimpleName())).isEmpty();
  }

  private static List<String> foreign(TypeInformation<?> type, String path) {
    List<String> foreign = new ArrayList<>();
    if (type instanceof PojoTypeInfo<?> pojo) {
      for (String field : pojo.getFieldNames()) {
        foreign.addAll(foreign(pojo.getTypeAt(field), path + "." + field));
      }
    } else if (type instanceof ListTypeInfo<?> list) {
      foreign.addAll(foreign(list.getElementTypeInfo(), path + "[]"));
    } else if (!(type instanceof BasicTypeInfo
        || type instanceof EnumTypeInfo
        || type instanceof PrimitiveArrayTypeInfo)) {
      foreign.add(path + ": " + type);
    }
    return foreign;
  }

  @Test
  void givenRecordsWithNulls_whenWrittenAndReadByFlink_thenTheyAreTheSame() throws IOException {
    Instruction tombstone = Instruction.tombstone("q1", 3, 7);
    assertThat(throughFlink(Instruction.class, tombstone)).isEqualTo(tombstone);
    DeadLetter deadLetter =
        new DeadLetter(
            DeadLetter.Reason.INVALID,
            "No.",
            new OriginalRecord(RecordSamples.ORIGIN, null, new byte[] {1}),
            "",
            "");
    assertThat(throughFlink(DeadLetter.class, deadLetter))
        .usingRecursiveComparison()
        .isEqualTo(deadLetter);
    for (Request request : RecordSamples.REQUESTS) {
      assertThat(throughFlink(Request.class, request))
          .usingRecursiveComparison()
          .isEqualTo(request);
    }
    assertThat(throughFlink(Evaluation.class, RecordSamples.EVALUATION))
        .isEqualTo(RecordSamples.EVALUATION);
    DatasetRecord removed =
        RecordSamples.datasetRecord(RecordSamples.DATASET, DatasetRecord.Mark.REMOVED, null);
    assertThat(throughFlink(DatasetRecord.class, removed)).isEqualTo(removed);
    DatasetManifest manifest =
        RecordSamples.manifest(
            RecordSamples.REHEARSAL_SET, "", RecordSamples.all(3), RecordSamples.all(0));
    assertThat(throughFlink(DatasetManifest.class, manifest))
        .usingRecursiveComparison()
        .isEqualTo(manifest);
    Survey rehearsal =
        new Survey("model-time-1", 1, List.of(RecordSamples.REHEARSAL_SET), null, null);
    assertThat(throughFlink(Survey.class, rehearsal)).isEqualTo(rehearsal);
    Survey retrying = Survey.retrying("request/r5", RecordSamples.INITIAL);
    assertThat(throughFlink(Survey.class, retrying)).isEqualTo(retrying);
  }

  private static <T> T throughFlink(Class<T> type, T value) throws IOException {
    TypeSerializer<T> serializer =
        TypeInformation.of(type).createSerializer(new SerializerConfigImpl());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    serializer.serialize(value, new DataOutputViewStreamWrapper(bytes));
    return serializer.deserialize(new DataInputDeserializer(bytes.toByteArray()));
  }
}
