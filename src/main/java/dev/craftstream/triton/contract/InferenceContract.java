package dev.craftstream.triton.contract;

import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Samples;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.TokenProbability;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import io.grpc.Deadline;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * How models of one kind are asked: which requests a question becomes, and how their answers are
 * read. Answers that are not exactly as agreed are an {@link UnusableAnswerException}.
 */
public interface InferenceContract {

  /**
   * The implementation of {@code contract}.
   *
   * @param thoughts what is no part of an answer in words
   */
  static InferenceContract of(Contract contract, Thoughts thoughts) {
    return switch (contract) {
      case CRAFT -> new CraftContract(thoughts);
      case VLLM -> new VllmContract(thoughts);
      case LLMAPI -> new LlmapiContract(thoughts);
    };
  }

  /** Draws a sample per seed, and gives the answers in them. */
  CompletableFuture<Sampled> sample(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline);

  /** Whether the server tells probabilities of tokens, so that {@link #weigh} can succeed. */
  default boolean weighs() {
    return true;
  }

  /** Weighs the option letters as the next token. */
  CompletableFuture<Weighed> weigh(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline);

  /** The request that {@link #sample} sends, or what its requests have together. */
  Asked asked(SampleQuery query);

  /** The request that {@link #weigh} sends. */
  Asked asked(MultipleChoiceQuery query);

  /** What the job asks a model for. */
  enum Use {
    /** Answers in words. */
    SAMPLE,
    /** Probabilities of option letters. */
    WEIGH
  }

  /** The question of an answer that a judge model is tried by. */
  String TRIAL_JUDGED = "On trial: what is the capital of France?";

  /** A question in words that every model can answer somehow. */
  SampleQuery TRIAL_SAMPLE =
      new SampleQuery(
          "trial",
          "Question: What is the capital of France?\nAnswer:",
          List.of(1L),
          1,
          2,
          List.of(),
          true);

  /** One by letters. */
  MultipleChoiceQuery TRIAL_CHOICE =
      new MultipleChoiceQuery(
          "trial",
          "What is the capital of France?\nA. Paris\nB. Rome\nAnswer: ",
          List.of("A", "B"),
          false);

  /**
   * Asks the model something that no question has a part in. Completes where it answers, and fails
   * as it would for a question: what fails here lies in the model, its server or how it was
   * announced.
   */
  default CompletableFuture<Void> tryOut(
      TritonClient client, Serving serving, Use use, Deadline deadline) {
    return switch (use) {
      case SAMPLE -> sample(client, serving, TRIAL_SAMPLE, deadline).thenAccept(sampled -> {});
      case WEIGH -> weigh(client, serving, TRIAL_CHOICE, deadline).thenAccept(weighed -> {});
    };
  }

  /** The uses that are tried once before a checkpoint is taken. */
  List<Use> triedOut(Serving serving, ModelMetadataResponse model);

  /**
   * A sentence on why a checkpoint that is announced so can't be asked, without its full stop;
   * empty where nothing speaks against it yet.
   */
  Optional<String> unservable(Serving serving, TritonSettings settings);

  /** The models that must be ready, the language model first, and what each must have. */
  List<Requirement> requirements(Serving serving);

  /** What a model must have that is asked for answers in words alone, without embeddings. */
  default Requirement words(Serving serving) {
    return requirements(serving).get(0);
  }

  /**
   * A question that is answered in words.
   *
   * @param id names the request in the server's log
   * @param prompt the whole prompt
   * @param seeds one for each sample, unsigned
   * @param temperature 0: the likeliest token each time, for which there must be only one seed
   * @param maxTokens longest text, thoughts included
   * @param stop texts that end an answer, not a thought
   * @param embedded whether the answers' embeddings are wanted
   */
  record SampleQuery(
      String id,
      String prompt,
      List<Long> seeds,
      double temperature,
      int maxTokens,
      List<String> stop,
      boolean embedded) {

    /** What the server may end a text at: it can't tell a thought from an answer. */
    List<String> stopAtServer(Thoughts thoughts) {
      return thoughts.areMarked() ? List.of() : stop;
    }

    /**
     * The request as a server gets it.
     *
     * @param stopAtServer what the server is told to end a text at
     */
    Asked sent(List<String> stopAtServer) {
      return Asked.samples(prompt, seeds, temperature, maxTokens, stopAtServer);
    }

    /** The answer in a text of a server that was given {@link #stopAtServer}. */
    String answer(String text, Thoughts thoughts) {
      return thoughts.areMarked() ? endedHere(text, thoughts) : text;
    }

    /** The answer in a text of a server that was given no stop texts. */
    String endedHere(String text, Thoughts thoughts) {
      return Samples.endAt(thoughts.answer(text), stop);
    }
  }

  /**
   * A multiple-choice question.
   *
   * @param id names the request in the server's log
   * @param prompt the whole prompt
   * @param letters the options' letters
   * @param isChat whether the prompt ends where a chat model's turn begins, so that white space
   *     there is the template's; elsewhere a blank is the letter's, for whoever wants it in its
   *     token
   */
  record MultipleChoiceQuery(String id, String prompt, List<String> letters, boolean isChat) {}

  /**
   * The answer in words.
   *
   * @param texts what the model gave, in the order of the seeds
   * @param samples the answer in each of them
   * @param embeddings a vector a sample; empty where none are wanted
   */
  record Sampled(List<String> texts, List<String> samples, List<double[]> embeddings) {}

  /**
   * The answer by letters.
   *
   * @param probabilities each option letter's probability as the next token, over the whole
   *     vocabulary: in the order of the letters, each from 0 to 1, with a sum above 0 and at most 1
   *     (but for rounding)
   * @param unseen the probability of all tokens that the server does not tell, 0 to 1: the letters
   *     may have so much more
   * @param tokens those that it tells; empty where it tells letters alone
   */
  record Weighed(double[] probabilities, double unseen, List<TokenProbability> tokens) {}

  /** Why an announcement without an embedding model can't be served. */
  static Optional<String> withoutEmbeddingModel(Serving serving, String contract) {
    return serving.embeddingModelName().isBlank()
        ? Optional.of(
            "is announced with the "
                + contract
                + " contract, but without an embedding model; announce it again with one")
        : Optional.empty();
  }

  /** Whether the model takes the input. */
  static boolean hasInput(ModelMetadataResponse model, String name) {
    return model.getInputsList().stream().anyMatch(input -> input.getName().equals(name));
  }

  /** A model that must be there. */
  record Requirement(ServedModel model, String contract, ModelSignature signature) {}
}
