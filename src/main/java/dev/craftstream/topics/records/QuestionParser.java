package dev.craftstream.topics.records;

import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.v1.MultipleChoice;
import dev.craftstream.v1.OpenEnded;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Records of the {@code questions} topic to events.
 *
 * <p>The key may be absent, for the value names the question; where it is there, it has to be the
 * same id. A record without a value (a tombstone) removes the question that its key names.
 */
public final class QuestionParser implements RecordParser<QuestionEvent> {
  private static final long serialVersionUID = 1L;

  private final WireFormat format;
  private final RecordLimits limits;

  public QuestionParser(WireFormat format, RecordLimits limits) {
    this.format = format;
    this.limits = limits;
  }

  @Override
  public TypeInformation<QuestionEvent> eventType() {
    return TypeInformation.of(QuestionEvent.class);
  }

  @Override
  public Parsed<QuestionEvent> parse(OriginalRecord original) {
    String questionId = "";
    try {
      FieldRules.size(original, limits);
      String key = FieldRules.key(original);
      if (original.value() == null) {
        return new Parsed.Event<>(removal(key, original));
      }
      var message = dev.craftstream.v1.QuestionEvent.newBuilder();
      Messages.read(format, original.value(), message);
      FieldRules.id("question_id", message.getQuestionId());
      FieldRules.keyNames(key, "question_id", message.getQuestionId());
      questionId = message.getQuestionId();
      return new Parsed.Event<>(
          new QuestionEvent(questionId, question(message.build()), original.origin()));
    } catch (Rejection e) {
      return new Parsed.Rejected<>(e.deadLetter(original, questionId, ""));
    }
  }

  private static QuestionEvent removal(String key, OriginalRecord original) throws Rejection {
    if (key == null) {
      throw Rejection.invalid(
          "The record has neither key nor value; to remove a question, name it in the key.");
    }
    FieldRules.id("The key", key);
    return new QuestionEvent(key, null, original.origin());
  }

  private Question question(dev.craftstream.v1.QuestionEvent message) throws Rejection {
    Purpose purpose = purpose(message);
    FieldRules.atMost("subject", message.getSubject(), limits.subjectCharacters());
    nothingForbidden("subject", message.getSubject());
    String subject = message.getSubject().isBlank() ? "" : message.getSubject();
    List<String> tags = message.getTagsList();
    FieldRules.atMost("tags", tags, limits.tags());
    FieldRules.texts("tags", tags, limits.tagCharacters());
    tags = FieldRules.distinct(tags);
    return switch (message.getChangeCase()) {
      case OPEN_ENDED -> {
        OpenEnded open = message.getOpenEnded();
        FieldRules.text("open_ended.question", open.getQuestion(), limits.textCharacters());
        FieldRules.text("open_ended.answer", open.getAnswer(), limits.answerCharacters());
        FieldRules.atMost("open_ended.aliases", open.getAliasesList(), limits.aliases());
        FieldRules.texts("open_ended.aliases", open.getAliasesList(), limits.answerCharacters());
        nothingForbidden("open_ended.question", open.getQuestion());
        nothingForbidden("open_ended.answer", open.getAnswer());
        nothingForbidden("open_ended.aliases", open.getAliasesList());
        yield new Question(
            message.getQuestionId(),
            Task.OPEN_ENDED,
            purpose,
            open.getQuestion(),
            open.getAnswer(),
            FieldRules.distinct(open.getAliasesList()),
            List.of(),
            subject,
            tags);
      }
      case MULTIPLE_CHOICE -> {
        MultipleChoice choice = message.getMultipleChoice();
        FieldRules.text("multiple_choice.question", choice.getQuestion(), limits.textCharacters());
        options(choice.getOptionsList());
        target(choice);
        nothingForbidden("multiple_choice.question", choice.getQuestion());
        nothingForbidden("multiple_choice.options", choice.getOptionsList());
        yield new Question(
            message.getQuestionId(),
            Task.MULTIPLE_CHOICE,
            purpose,
            choice.getQuestion(),
            choice.getTarget(),
            List.of(),
            List.copyOf(choice.getOptionsList()),
            subject,
            tags);
      }
      case REMOVAL -> null;
      case CHANGE_NOT_SET ->
          throw Rejection.invalid(
              "The event says nothing of question %s; exactly one of open_ended, multiple_choice and removal is allowed."
                  .formatted(Rejection.shown(message.getQuestionId())));
    };
  }

  private void nothingForbidden(String field, List<String> values) throws Rejection {
    for (int i = 0; i < values.size(); i++) {
      nothingForbidden(field + "[" + i + "]", values.get(i));
    }
  }

  private void nothingForbidden(String field, String value) throws Rejection {
    for (String forbidden : limits.forbiddenTexts()) {
      if (value.contains(forbidden)) {
        throw Rejection.invalid(
            "%s holds %s, which limits.forbidden-texts does not allow; leave it out."
                .formatted(field, Rejection.shown(forbidden)));
      }
    }
    for (String token : limits.controlTokens()) {
      if (value.contains(token)) {
        throw Rejection.invalid(
            "%s holds %s, a control token of the chat template; leave it out, or allow it by limits.control-tokens."
                .formatted(field, Rejection.shown(token)));
      }
    }
  }

  private static Purpose purpose(dev.craftstream.v1.QuestionEvent message) throws Rejection {
    return switch (message.getPurpose()) {
      case PURPOSE_UNSPECIFIED, PURPOSE_TRAIN -> Purpose.TRAIN;
      case PURPOSE_EVALUATE -> Purpose.EVALUATE;
      case UNRECOGNIZED ->
          throw Rejection.invalid(
              "purpose is the number %d; allowed are %s."
                  .formatted(
                      message.getPurposeValue(),
                      JsonReader.enumNames(dev.craftstream.v1.Purpose.getDescriptor())));
    };
  }

  /** Two options may be the same: public question sets hold such questions. */
  private void options(List<String> options) throws Rejection {
    if (options.size() < 2 || options.size() > 26) {
      throw Rejection.invalid(
          "multiple_choice.options has %s entries; 2 to 26 are allowed."
              .formatted(FieldRules.count(options.size())));
    }
    FieldRules.texts("multiple_choice.options", options, limits.answerCharacters());
  }

  private static void target(MultipleChoice choice) throws Rejection {
    String target = choice.getTarget();
    char last = (char) ('A' + choice.getOptionsCount() - 1);
    if (target.length() != 1 || target.charAt(0) < 'A' || target.charAt(0) > last) {
      throw Rejection.invalid(
          "multiple_choice.target is %s; one letter from A to %s is allowed."
              .formatted(target.isEmpty() ? "missing" : Rejection.shown(target), last));
    }
  }
}
