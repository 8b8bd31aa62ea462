package dev.craftstream.client.exchange;

import dev.craftstream.v1.Basis;
import dev.craftstream.v1.DatasetRecord;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Rows in Parquet, compressed by Zstandard. */
final class ParquetRows {

  /** {@code messages} is what trainers read; the other columns serve to look and to filter. */
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message dataset {
            required group messages (LIST) {
              repeated group list {
                required group element {
                  required binary role (STRING);
                  required binary content (STRING);
                }
              }
            }
            required binary question_id (STRING);
            required int32 question_version;
            required binary label (STRING);
            required binary subject (STRING);
            required group tags (LIST) {
              repeated group list {
                required binary element (STRING);
              }
            }
            required double initial_correctness;
            required double initial_certainty;
            optional double rehearsal_correctness;
            optional double knowledge_flow;
            optional double sureness;
            optional double fall_probability;
            optional double rise_probability;
            optional double weight;
          }
          """);

  private ParquetRows() {}

  static void write(ExportedDataset dataset, RowStyle style, Path file) throws IOException {
    double[] weights = style.weights() ? CertaintyWeights.of(dataset) : null;
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(SCHEMA)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .build()) {
      for (int i = 0; i < dataset.rows().size(); i++) {
        Group group = group(dataset.rows().get(i), style.system());
        if (weights != null) {
          group.add("weight", weights[i]);
        }
        writer.write(group);
      }
    }
  }

  private static Group group(DatasetRecord row, String system) {
    Group group = new SimpleGroup(SCHEMA);
    Group messages = group.addGroup("messages");
    if (!system.isEmpty()) {
      message(messages, "system", system);
    }
    message(messages, "user", row.getPrompt());
    message(messages, "assistant", row.getResponse());
    group.add("question_id", row.getQuestionId());
    group.add("question_version", row.getQuestionVersion());
    group.add("label", Names.label(row.getLabel()));
    group.add("subject", row.getSubject());
    Group tags = group.addGroup("tags");
    row.getTagsList().forEach(tag -> tags.addGroup("list").add("element", tag));
    Basis basis = row.getBasis();
    group.add("initial_correctness", basis.getInitialCorrectness());
    group.add("initial_certainty", basis.getInitialCertainty());
    if (basis.hasRehearsalCorrectness()) {
      group.add("rehearsal_correctness", basis.getRehearsalCorrectness());
    }
    if (basis.hasKnowledgeFlow()) {
      group.add("knowledge_flow", basis.getKnowledgeFlow());
    }
    if (basis.hasSureness()) {
      group.add("sureness", basis.getSureness());
    }
    if (basis.hasFallProbability()) {
      group.add("fall_probability", basis.getFallProbability());
    }
    if (basis.hasRiseProbability()) {
      group.add("rise_probability", basis.getRiseProbability());
    }
    return group;
  }

  private static void message(Group messages, String role, String content) {
    Group message = messages.addGroup("list").addGroup("element");
    message.add("role", role);
    message.add("content", content);
  }
}
