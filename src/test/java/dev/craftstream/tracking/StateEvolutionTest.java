package dev.craftstream.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.evaluation.Evaluations;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Survey;
import dev.craftstream.relabel.LastDecision;
import dev.craftstream.survey.DatasetCutOffs;
import dev.craftstream.survey.Manifests;
import dev.craftstream.survey.Membership;
import dev.craftstream.survey.RankMerge;
import dev.craftstream.survey.SurveyPlanner;
import dev.craftstream.survey.SurveyProgress;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.ListTypeInfo;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A field may be added to each record that lies in state, whichever it is; shown by taking each
 * away from what is written. {@link TrackedQuestionSerializer} numbers its formats instead, and a
 * subject's key in {@code evaluations} keeps its fields.
 */
class StateEvolutionTest {
  private static final Set<String> NOT_EMPTY =
      Set.of("openEndedAnswer", "openEndedFlow", "multipleChoiceFlow");

  private static final List<Class<?>> STATE =
      List.of(
          Candidate.class,
          CutOff.class,
          DatasetCutOffs.Progress.class,
          Evaluations.Counted.class,
          Evaluations.TaskCounts.class,
          LastDecision.class,
          Manifests.Progress.class,
          Membership.class,
          ModelCheckpointEvent.class,
          RankMerge.Chunk.class,
          RankMerge.Summary.class,
          Survey.class,
          SurveyPlanner.MetRequest.class,
          SurveyProgress.Unfinished.class,
          QuestionCounts.KeyGroupCount.class,
          CheckpointCosts.TaskCosts.class);

  static Stream<Arguments> fields() {
    Set<PojoTypeInfo<?>> records = new LinkedHashSet<>();
    STATE.forEach(type -> collect(TypeInformation.of(type), records));
    return records.stream()
        .flatMap(
            record ->
                Stream.of(record.getFieldNames())
                    .map(field -> Arguments.of(record.getTypeClass(), field)))
        // Of all fields that there are, those that their record does not take empty.
        .filter(field -> !NOT_EMPTY.contains((String) field.get()[1]));
  }

  private static void collect(TypeInformation<?> type, Set<PojoTypeInfo<?>> records) {
    if (type instanceof PojoTypeInfo<?> pojo && records.add(pojo)) {
      for (String field : pojo.getFieldNames()) {
        collect(pojo.getTypeAt(field), records);
      }
    } else if (type instanceof ListTypeInfo<?> list) {
      collect(list.getElementTypeInfo(), records);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("fields")
  void givenStateFromBeforeAFieldWasAdded_whenMigrated_thenTheRestIsThereAndTheFieldIsEmpty(
      Class<?> type, String added) throws Exception {
    assertEvolves(type, added);
  }

  private static <T> void assertEvolves(Class<T> type, String added) throws Exception {
    PojoTypeInfo<T> information = (PojoTypeInfo<T>) TypeInformation.of(type);
    TypeSerializer<T> before = without(information, added);
    TypeSerializer<T> now = information.createSerializer(new SerializerConfigImpl());
    T written = type.cast(sample(information));

    TypeSerializerSnapshot<T> snapshot = before.snapshotConfiguration();
    TypeSerializerSchemaCompatibility<T> compatibility =
        now.snapshotConfiguration().resolveSchemaCompatibility(snapshot);
    assertThat(compatibility.isCompatibleAfterMigration()).isTrue();
    T migrated = copy(copy(written, before, snapshot.restoreSerializer()), now, now);

    for (RecordComponent component : type.getRecordComponents()) {
      Object value = component.getAccessor().invoke(migrated);
      if (!component.getName().equals(added)) {
        assertThat(value)
            .as(component.getName())
            .usingRecursiveComparison()
            .isEqualTo(component.getAccessor().invoke(written));
      } else if (component.getType() == String.class) {
        assertThat((String) value).isNullOrEmpty();
      } else {
        assertThat(value).isEqualTo(empty(component.getType()));
      }
    }
  }

  /** The serializer of an earlier version that did not have the field. */
  private static <T> PojoSerializer<T> without(PojoTypeInfo<T> information, String added) {
    List<TypeSerializer<?>> serializers = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < information.getArity(); i++) {
      Field field = information.getPojoFieldAt(i).getField();
      if (!field.getName().equals(added)) {
        fields.add(field);
        serializers.add(information.getTypeAt(i).createSerializer(new SerializerConfigImpl()));
      }
    }
    return new PojoSerializer<>(
        information.getTypeClass(),
        serializers.toArray(TypeSerializer<?>[]::new),
        fields.toArray(Field[]::new),
        new SerializerConfigImpl());
  }

  private static <T> T copy(T value, TypeSerializer<T> writer, TypeSerializer<T> reader)
      throws Exception {
    DataOutputSerializer bytes = new DataOutputSerializer(512);
    writer.serialize(value, bytes);
    return reader.deserialize(new DataInputDeserializer(bytes.getCopyOfBuffer()));
  }

  private static Object empty(Class<?> type) {
    return type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
  }

  /** A value with something in each of its fields. */
  private static Object sample(TypeInformation<?> information) throws Exception {
    Class<?> type = information.getTypeClass();
    if (type == Thresholds.class) {
      return new Thresholds(0.5, 0, 0.5, 0);
    }
    if (information instanceof PojoTypeInfo<?> pojo) {
      List<Object> values = new ArrayList<>();
      List<Class<?>> types = new ArrayList<>();
      for (RecordComponent component : type.getRecordComponents()) {
        types.add(component.getType());
        values.add(sample(pojo.getTypeAt(component.getName())));
      }
      Constructor<?> constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
      return constructor.newInstance(values.toArray());
    }
    if (information instanceof ListTypeInfo<?> list) {
      return List.of(sample(list.getElementTypeInfo()));
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[type.getEnumConstants().length - 1];
    }
    if (type.isArray()) {
      Object array = Array.newInstance(type.getComponentType(), 2);
      Array.set(array, 1, number(type.getComponentType()));
      return array;
    }
    return type == String.class ? "text" : type == Boolean.class ? (Object) true : number(type);
  }

  private static Object number(Class<?> type) {
    if (type == Integer.class || type == int.class) {
      return 7;
    }
    if (type == Long.class || type == long.class) {
      return 7L;
    }
    if (type == Double.class || type == double.class) {
      return 0.5;
    }
    if (type == byte.class) {
      return (byte) 7;
    }
    throw new IllegalArgumentException("No sample of " + type);
  }
}
