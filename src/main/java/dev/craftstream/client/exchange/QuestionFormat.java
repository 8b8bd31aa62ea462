package dev.craftstream.client.exchange;

import dev.craftstream.topics.records.RecordLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** The forms that questions are published in. */
public enum QuestionFormat {
  /** TriviaQA: one JSON object whose list {@code Data} holds the questions. */
  TRIVIAQA("triviaqa"),
  /** NQ-open: JSON objects, one a line or in a list. */
  NQ_OPEN("nq-open"),
  /** MMLU: CSV, with a header, or as published without one and a file for each subject. */
  MMLU("mmlu"),
  /** ARC: JSON objects, one a line. */
  ARC("arc"),
  /** This project's own: question events as JSON, one a line. */
  JSONL("jsonl");

  private final String word;

  QuestionFormat(String word) {
    this.word = word;
  }

  /** As it is written on the command line. */
  public String word() {
    return word;
  }

  /**
   * Opens a file.
   *
   * @param file for messages, and for what its name says
   * @param content its bytes, closed by the reader; works best where it is buffered
   * @param limits of the job; only {@link #JSONL} reads by them
   */
  public QuestionReader open(Path file, InputStream content, RecordLimits limits)
      throws IOException {
    return switch (this) {
      case TRIVIAQA ->
          new JsonQuestions(JsonRecords.inObject(file, content, "Data"), TriviaQa::question);
      case NQ_OPEN -> new JsonQuestions(JsonRecords.linesOrList(file, content), NqOpen::question);
      case MMLU -> new MmluQuestions(file, content);
      case ARC -> new JsonQuestions(JsonRecords.linesOrList(file, content), Arc::question);
      case JSONL -> new OwnQuestions(file, content, limits);
    };
  }
}
