package dev.craftstream.client.importing.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/** A Parquet file's rows. */
final class ParquetTable implements Rows {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Path file;
  private final ParquetReader<Group> reader;
  private long number = -1;

  ParquetTable(Path file) throws IOException {
    this.file = file;
    try {
      this.reader = new Builder(new LocalInputFile(file)).build();
    } catch (IOException | RuntimeException | LinkageError e) {
      throw damaged(e);
    }
  }

  private static final class Builder extends ParquetReader.Builder<Group> {
    Builder(InputFile file) {
      super(file, new PlainParquetConfiguration());
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }

  @Override
  public String place() {
    return "%s (row %d)".formatted(file, number);
  }

  @Override
  public Row next() throws IOException, UnreadableRecord {
    Group group;
    try {
      group = reader.read();
    } catch (IOException | RuntimeException | LinkageError e) {
      throw damaged(e);
    }
    if (group == null) {
      return null;
    }
    number++;
    return new Row(new Row.Source(file, false, number), object(group));
  }

  /** The reader has codecs without Hadoop's libraries: none, Snappy and Zstandard. */
  private UnreadableFile damaged(Throwable cause) {
    return new UnreadableFile(
        "%s is a Parquet file that cannot be read behind row %d; it may be damaged, cut off or encrypted, or compressed in another way than by Snappy or Zstandard."
            .formatted(file, number),
        cause);
  }

  private static ObjectNode object(Group group) {
    ObjectNode object = NODES.objectNode();
    GroupType type = group.getType();
    for (int i = 0; i < type.getFieldCount(); i++) {
      Type field = type.getType(i);
      object.set(
          field.getName(),
          field.isRepetition(Type.Repetition.REPEATED)
              ? repeated(group, i)
              : group.getFieldRepetitionCount(i) == 0 ? NODES.nullNode() : value(group, i, 0));
    }
    return object;
  }

  /** A list of the old kind, without a group around it. */
  private static ArrayNode repeated(Group group, int field) {
    ArrayNode list = NODES.arrayNode();
    for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
      list.add(value(group, field, i));
    }
    return list;
  }

  private static JsonNode value(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    if (type.isPrimitive()) {
      return primitive(group, field, index, type);
    }
    Group inner = group.getGroup(field, index);
    return type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        ? list(inner)
        : object(inner);
  }

  /** The three levels of a list: the group, what repeats in it, and the one element of that. */
  private static ArrayNode list(Group group) {
    ArrayNode list = NODES.arrayNode();
    for (int i = 0; i < group.getFieldRepetitionCount(0); i++) {
      Type repeats = group.getType().getType(0);
      boolean wrapped = !repeats.isPrimitive() && repeats.asGroupType().getFieldCount() == 1;
      if (!wrapped) {
        list.add(value(group, 0, i));
      } else {
        Group element = group.getGroup(0, i);
        list.add(element.getFieldRepetitionCount(0) == 0 ? NODES.nullNode() : value(element, 0, 0));
      }
    }
    return list;
  }

  private static JsonNode primitive(Group group, int field, int index, Type type) {
    return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
      case INT32 -> NODES.numberNode(group.getInteger(field, index));
      case INT64 -> NODES.numberNode(group.getLong(field, index));
      case FLOAT -> NODES.numberNode(group.getFloat(field, index));
      case DOUBLE -> NODES.numberNode(group.getDouble(field, index));
      case BOOLEAN -> NODES.booleanNode(group.getBoolean(field, index));
      case BINARY ->
          isText(type)
              ? NODES.textNode(group.getString(field, index))
              : NODES.binaryNode(group.getBinary(field, index).getBytes());
      case FIXED_LEN_BYTE_ARRAY, INT96 -> NODES.nullNode();
    };
  }

  /** Texts of old writers have no mark, and neither have bytes. */
  private static boolean isText(Type type) {
    LogicalTypeAnnotation mark = type.getLogicalTypeAnnotation();
    return mark == null
        || mark instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
        || mark instanceof LogicalTypeAnnotation.EnumLogicalTypeAnnotation
        || mark instanceof LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
