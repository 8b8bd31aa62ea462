package dev.craftstream.triton.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.LetterProbabilities;
import dev.craftstream.model.evidence.TokenProbability;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.recorded.RecordedAnswers.Found;
import dev.craftstream.triton.recorded.RecordedAnswers.Judge;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Answers requests with what was recorded. */
final class Replay {
  /** What a model that is tried out says; nothing of it counts. */
  private static final String TRIAL_ANSWER = "(a recorded model is not tried out)";

  private static final double[] TRIAL_VECTOR = {1};

  private final RecordedAnswers recorded;
  private final RecordedModels models;

  Replay(RecordedAnswers recorded) {
    this.recorded = recorded;
    models = new RecordedModels(recorded.servings(), recorded.judges());
  }

  RecordedModels models() {
    return models;
  }

  ModelInferResponse answer(ModelInferRequest request) throws UnansweredException {
    if (!models.has(request.getModelName(), request.getModelVersion())) {
      throw UnansweredException.unknownModel(request.getModelName(), request.getModelVersion());
    }
    RequestTensors inputs = new RequestTensors(request);
    AnswerTensors answer = new AnswerTensors(request);
    if (!RecordedQuestion.isOne(inputs)) {
      return embedded(request, inputs.texts("text"), answer);
    }
    RecordedQuestion question = RecordedQuestion.of(request, inputs);
    return question.asked().letters().isEmpty()
        ? sampled(question, answer)
        : weighed(question, answer);
  }

  // ---------------------------------------------------------------- words

  private ModelInferResponse sampled(RecordedQuestion question, AnswerTensors answer)
      throws UnansweredException {
    Asked asked = question.asked();
    List<Found> samples = recorded.samples(question.serving(), asked);
    if (samples == null) {
      Optional<String> reply = judged(question);
      if (reply.isPresent()) {
        return sampled(question.serving(), List.of(reply.get()), List.of(TRIAL_VECTOR), answer);
      }
      if (asked.prompt().equals(InferenceContract.TRIAL_SAMPLE.prompt())) {
        int count = asked.seeds().size();
        return sampled(
            question.serving(),
            Collections.nCopies(count, TRIAL_ANSWER),
            Collections.nCopies(count, TRIAL_VECTOR),
            answer);
      }
      throw unanswered(question);
    }
    return sampled(
        question.serving(),
        samples.stream().map(sample -> sample.text().text()).toList(),
        samples.stream().map(Found::embedding).toList(),
        answer);
  }

  private Optional<String> judged(RecordedQuestion question) {
    Judge judge = judge(question);
    String prompt = question.asked().prompt();
    return prompt.contains(InferenceContract.TRIAL_JUDGED)
        ? recorded.anyReply(judge)
        : recorded.reply(judge, prompt);
  }

  private static Judge judge(RecordedQuestion question) {
    return new Judge(question.serving().modelName(), question.serving().modelVersion());
  }

  private static ModelInferResponse sampled(
      Serving serving, List<String> texts, List<double[]> vectors, AnswerTensors answer)
      throws UnansweredException {
    if (serving.contract() != Contract.CRAFT) {
      return answer.texts("text_output", texts).response();
    }
    answer.texts("samples", texts);
    return answer.wants("embeddings")
        ? answer.vectors("embeddings", ofOneLength(vectors)).response()
        : answer.response();
  }

  private ModelInferResponse embedded(
      ModelInferRequest request, List<String> texts, AnswerTensors answer)
      throws UnansweredException {
    if (texts.equals(List.of(TRIAL_ANSWER))) {
      return answer.vectors("embeddings", List.of(TRIAL_VECTOR)).response();
    }
    List<Found> found = recorded.texts(request.getModelName(), request.getModelVersion(), texts);
    if (found == null || found.isEmpty()) {
      throw UnansweredException.refused(
          "the embedding model was not asked for one of these texts. Thoughts may be cut at another"
              + " mark, or answers ended at another text, than when they were recorded"
              + " (query.reasoning.*, query.stop)");
    }
    return answer
        .vectors("embeddings", ofOneLength(found.stream().map(Found::embedding).toList()))
        .response();
  }

  private static List<double[]> ofOneLength(List<double[]> vectors) throws UnansweredException {
    int length = vectors.get(0).length;
    if (length == 0 || vectors.stream().anyMatch(vector -> vector.length != length)) {
      throw UnansweredException.refused(
          length == 0
              ? "the samples were recorded without embeddings"
              : "the samples were recorded with embeddings of several lengths");
    }
    return vectors;
  }

  // ---------------------------------------------------------------- letters

  private ModelInferResponse weighed(RecordedQuestion question, AnswerTensors answer)
      throws UnansweredException {
    LetterProbabilities letters =
        recorded
            .letters(question.serving(), question.asked())
            .orElse(isTrial(question) ? trial(question.asked().letters()) : null);
    if (letters == null) {
      throw unanswered(question);
    }
    if (question.serving().contract() == Contract.CRAFT) {
      return answer.numbers("option_probabilities", letters.probabilities()).response();
    }
    return answer
        .texts("text_output", List.of(""))
        .texts("logprobs", List.of(json(letters.tokens())))
        .response();
  }

  private static boolean isTrial(RecordedQuestion question) {
    return question
        .asked()
        .prompt()
        .stripTrailing()
        .equals(InferenceContract.TRIAL_CHOICE.prompt().stripTrailing());
  }

  private static LetterProbabilities trial(List<String> letters) {
    double[] probabilities = new double[letters.size()];
    java.util.Arrays.fill(probabilities, 1.0 / letters.size());
    return new LetterProbabilities(
        probabilities, 0, List.of(new TokenProbability("0", " A", Math.log(0.5))));
  }

  /** A list over the one token of the answer, as the vLLM backend writes it. */
  private static String json(List<TokenProbability> tokens) {
    JsonObject position = new JsonObject();
    for (int i = 0; i < tokens.size(); i++) {
      TokenProbability token = tokens.get(i);
      JsonObject told = new JsonObject();
      told.add("logprob", new JsonPrimitive(token.logprob()));
      told.addProperty("rank", i + 1);
      told.add(
          "decoded_token",
          token.text() == null ? JsonNull.INSTANCE : new JsonPrimitive(token.text()));
      position.add(token.tokenId(), told);
    }
    JsonArray positions = new JsonArray();
    positions.add(position);
    return positions.toString();
  }

  // ---------------------------------------------------------------- what is not there

  private UnansweredException unanswered(RecordedQuestion question) {
    Serving serving = question.serving();
    Asked asked = question.asked();
    if (recorded.knows(serving, asked)) {
      return UnansweredException.refused(
          "the request was recorded with other seeds. Seeds follow from the ids of question and model"
              + " checkpoint, the question's version and the number of the sample: keep the ids, and"
              + " draw at most as many samples (query.samples) as were recorded");
    }
    if (recorded.knowsPrompt(serving, asked.prompt())) {
      return UnansweredException.refused(
          "the prompt was recorded with another temperature, longest text, stop texts or options"
              + " (query.temperature, query.max-tokens, query.stop, query.multiple-choice.by)");
    }
    if (recorded.anyReply(judge(question)).isPresent()) {
      return UnansweredException.refused(
          "%s judged, and was not asked this. The answer was not judged, or the judge's prompt, the gold answer or an alias is another one: name the servers of the judge itself with judge.endpoints to have it asked"
              .formatted(serving.shown()));
    }
    return UnansweredException.refused(
        "this prompt was not recorded for "
            + serving.shown()
            + ". The question was not measured there, or its text, the instruction, the shots or the"
            + " chat template is another one");
  }
}
