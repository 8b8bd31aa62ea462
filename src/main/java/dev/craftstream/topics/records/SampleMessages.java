package dev.craftstream.topics.records;

import com.google.protobuf.ByteString;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.JudgeReply;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.v1.LetterProbabilities;
import dev.craftstream.v1.SampleRecord;
import dev.craftstream.v1.SampleRequest;
import dev.craftstream.v1.SampledText;
import dev.craftstream.v1.TokenProbability;
import java.util.Optional;

/** What measurements rest on, in the messages of its topic and back. */
public final class SampleMessages {
  /** Of the meaning of the fields. */
  private static final int SCHEMA_VERSION = 1;

  private SampleMessages() {}

  static SampleRecord of(MeasuredSamples samples) {
    Evidence evidence = samples.evidence();
    SampleRecord.Builder message =
        bare(samples)
            .setRequest(request(evidence.asked()))
            .setEmbeddingPrecision(precision(evidence.precision()));
    for (dev.craftstream.model.evidence.SampledText text : evidence.texts()) {
      SampledText.Builder sampled =
          SampledText.newBuilder()
              .setText(text.text())
              .setEmbedding(ByteString.copyFrom(text.embedding()));
      Messages.ifGiven(text.answer(), sampled::setAnswer);
      Messages.ifGiven(text.reply(), reply -> sampled.setJudgeReply(reply(reply)));
      message.addTexts(sampled);
    }
    for (int text : evidence.textOfSample()) {
      message.addTextOfSample(text);
    }
    Messages.ifGiven(SchemaEnums.judge(evidence.judge()), message::setJudge);
    Messages.ifGiven(evidence.letters(), letters -> message.setLetters(letters(letters)));
    return message.build();
  }

  /** What is written where that would be too large. */
  static SampleRecord leftOut(MeasuredSamples samples, long bytes) {
    return bare(samples).setLeftOutBytes(bytes).build();
  }

  private static SampleRecord.Builder bare(MeasuredSamples samples) {
    return SampleRecord.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .setQuestionId(samples.questionId())
        .setQuestionVersion(samples.questionVersion())
        .setQuestionSha256(ByteString.copyFrom(samples.questionSha256()))
        .setTask(SchemaEnums.task(samples.task()))
        .setPurpose(SchemaEnums.purpose(samples.purpose()))
        .setCheckpointId(samples.checkpoint().id())
        .setRole(SchemaEnums.role(samples.checkpoint().role()))
        .setCheckpointTime(samples.checkpoint().announcedAt())
        .setServing(serving(samples.evidence().serving()))
        .setPromptVersion(samples.promptVersion());
  }

  /** Where a model checkpoint is served, as schemas have it. */
  static dev.craftstream.v1.Serving serving(Serving serving) {
    return dev.craftstream.v1.Serving.newBuilder()
        .setModelName(serving.modelName())
        .setModelVersion(serving.modelVersion())
        .setContract(SchemaEnums.contract(serving.contract()))
        .setEmbeddingModelName(serving.embeddingModelName())
        .setEmbeddingModelVersion(serving.embeddingModelVersion())
        .setAdapterName(serving.adapterName())
        .build();
  }

  private static SampleRequest request(Asked asked) {
    return SampleRequest.newBuilder()
        .setPrompt(asked.prompt())
        .addAllSeeds(asked.seeds())
        .setTemperature(asked.temperature())
        .setMaxTokens(asked.maxTokens())
        .addAllStop(asked.stop())
        .addAllLetters(asked.letters())
        .build();
  }

  private static dev.craftstream.v1.EmbeddingPrecision precision(EmbeddingPrecision precision) {
    return precision == null
        ? dev.craftstream.v1.EmbeddingPrecision.EMBEDDING_PRECISION_UNSPECIFIED
        : dev.craftstream.v1.EmbeddingPrecision.valueOf("EMBEDDING_PRECISION_" + precision.name());
  }

  private static LetterProbabilities letters(
      dev.craftstream.model.evidence.LetterProbabilities letters) {
    LetterProbabilities.Builder message =
        LetterProbabilities.newBuilder().setUnseenProbability(letters.unseen());
    for (double probability : letters.probabilities()) {
      message.addProbabilities(probability);
    }
    for (dev.craftstream.model.evidence.TokenProbability token : letters.tokens()) {
      TokenProbability.Builder told = TokenProbability.newBuilder().setTokenId(token.tokenId());
      if (token.logprob() == Double.NEGATIVE_INFINITY) {
        // JSON has no number for it.
        told.setIsImpossible(true);
      } else {
        told.setLogprob(token.logprob());
      }
      Messages.ifGiven(token.text(), told::setText);
      message.addTokens(told);
    }
    return message.build();
  }

  /**
   * What a record of the topic says.
   *
   * @return nothing where its samples were left out because they were too large
   * @throws Rejection where it contradicts itself, or is of a later schema version
   */
  public static Optional<Evidence> read(SampleRecord message) throws Rejection {
    if (message.getSchemaVersion() != SCHEMA_VERSION) {
      throw Rejection.malformed(
          "The record of samples has schema version %d; this version of craft-stream reads version %d."
              .formatted(message.getSchemaVersion(), SCHEMA_VERSION));
    }
    return message.getLeftOutBytes() > 0 ? Optional.empty() : Optional.of(evidence(message));
  }

  private static Evidence evidence(SampleRecord message) throws Rejection {
    int texts = message.getTextsCount();
    int[] textOfSample =
        message.getTextOfSampleList().stream().mapToInt(Integer::intValue).toArray();
    for (int text : textOfSample) {
      if (text < 0 || text >= texts) {
        throw Rejection.malformed(
            "A sample is text %d, but the record has %d texts.".formatted(text, texts));
      }
    }
    if (textOfSample.length != message.getRequest().getSeedsCount()) {
      throw Rejection.malformed(
          "The record has %d samples of %d seeds."
              .formatted(textOfSample.length, message.getRequest().getSeedsCount()));
    }
    return new Evidence(
        serving(message.getServing()),
        asked(message.getRequest()),
        message.getTextsList().stream().map(SampleMessages::text).toList(),
        textOfSample,
        precision(message.getEmbeddingPrecision()),
        message.hasLetters() ? letters(message.getLetters()) : null,
        message.hasJudge() ? judge(message.getJudge()) : null);
  }

  private static Serving serving(dev.craftstream.v1.Serving serving) throws Rejection {
    return new Serving(
        serving.getModelName(),
        serving.getModelVersion(),
        switch (serving.getContract()) {
          case CONTRACT_CRAFT -> Contract.CRAFT;
          case CONTRACT_VLLM -> Contract.VLLM;
          case CONTRACT_LLMAPI -> Contract.LLMAPI;
          default -> throw Rejection.malformed("The record names no contract that is known here.");
        },
        serving.getEmbeddingModelName(),
        serving.getEmbeddingModelVersion(),
        serving.getAdapterName());
  }

  private static Asked asked(SampleRequest request) {
    return new Asked(
        request.getPrompt(),
        request.getSeedsList(),
        request.getTemperature(),
        request.getMaxTokens(),
        request.getStopList(),
        request.getLettersList());
  }

  private static dev.craftstream.model.evidence.SampledText text(SampledText text) {
    return new dev.craftstream.model.evidence.SampledText(
        text.getText(),
        text.hasAnswer() ? text.getAnswer() : null,
        text.getEmbedding().toByteArray(),
        text.hasJudgeReply() ? reply(text.getJudgeReply()) : null);
  }

  private static dev.craftstream.v1.JudgeReply reply(JudgeReply reply) {
    return dev.craftstream.v1.JudgeReply.newBuilder()
        .setIsCorrect(reply.isCorrect())
        .setText(reply.text())
        .setPromptHash(reply.promptHash())
        .build();
  }

  private static JudgeReply reply(dev.craftstream.v1.JudgeReply reply) {
    return new JudgeReply(reply.getIsCorrect(), reply.getText(), reply.getPromptHash());
  }

  private static JudgeModel judge(dev.craftstream.v1.JudgeModel judge) {
    return new JudgeModel(judge.getModelName(), judge.getModelVersion(), judge.getPromptVersion());
  }

  private static EmbeddingPrecision precision(dev.craftstream.v1.EmbeddingPrecision precision)
      throws Rejection {
    return switch (precision) {
      case EMBEDDING_PRECISION_UNSPECIFIED -> null;
      case EMBEDDING_PRECISION_FP16 -> EmbeddingPrecision.FP16;
      case EMBEDDING_PRECISION_FP32 -> EmbeddingPrecision.FP32;
      default ->
          throw Rejection.malformed(
              "The record's embeddings are of a precision that is not known here.");
    };
  }

  private static dev.craftstream.model.evidence.LetterProbabilities letters(
      LetterProbabilities letters) {
    return new dev.craftstream.model.evidence.LetterProbabilities(
        letters.getProbabilitiesList().stream().mapToDouble(Double::doubleValue).toArray(),
        letters.getUnseenProbability(),
        letters.getTokensList().stream()
            .map(
                token ->
                    new dev.craftstream.model.evidence.TokenProbability(
                        token.getTokenId(),
                        token.hasText() ? token.getText() : null,
                        token.getIsImpossible() ? Double.NEGATIVE_INFINITY : token.getLogprob()))
            .toList());
  }
}
