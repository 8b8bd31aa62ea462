package dev.craftstream.triton;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.inference.ModelStreamInferResponse;
import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.KnowledgeMeasurement;
import dev.craftstream.method.Thoughts;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.MalformedAnswerException;
import dev.craftstream.triton.client.SentSecrets;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.StreamedAnswers;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.OptionProbabilities;
import dev.craftstream.triton.contract.OutputTensors;
import dev.craftstream.triton.contract.VllmContract;
import io.grpc.stub.ClientCallStreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a server sends: an answer that can be worked with, or a fault in words. A knowledge
 * state that is made of it holds finite numbers in their ranges.
 */
@Timeout(20)
class AnswerFuzzTest {
  private static final int SAMPLES = 3;
  private static final int MAX_BYTES = 2_000;
  private static final List<String> LETTERS = List.of("A", "B", "C");
  private static final Question OPEN = TritonFixtures.openEnded("Which city?");
  private static final Question CHOICE =
      TritonFixtures.multipleChoice("Which?", "B", "Paris", "(b) Rome", "Answer: C");
  private static final List<CertaintyMeasures> MEASURES =
      List.of(
          CertaintyMeasures.PAPER,
          new CertaintyMeasures(
              CertaintyKind.SEMANTIC_ENTROPY, CertaintyKind.NORMALIZED_OPTION_ENTROPY, 0.85));

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "samples",
    "embeddings",
    "option_probabilities",
    "text_output",
    "BYTES",
    "FP32",
    "FP64",
    "\\x03\\x00\\x00\\x00"
  })
  void responses(byte[] bytes) throws Exception {
    ModelInferResponse response;
    try {
      response = ModelInferResponse.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return; // gRPC's own: Failures makes a sentence of it.
    }
    try {
      OutputTensors outputs = OutputTensors.of(response);
      read(() -> weighed(outputs.numbers("option_probabilities", LETTERS.size())));
      read(() -> outputs.texts("text_output", SAMPLES));
      read(() -> sampled(outputs.texts("samples", SAMPLES), outputs.rows("embeddings", SAMPLES)));
    } catch (MalformedAnswerException e) {
      checkFault(e);
    }
  }

  /** Texts that are UTF-8 and numbers that are finite: what is measured of them. */
  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "I don't know",
    "The answer is ",
    "Paris",
    "Rome",
    "(b)",
    "B.",
    "Answer the",
    "\\n"
  })
  void samples(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    List<String> samples = List.of(text, text.substring(text.length() / 2), "Paris");
    ByteBuffer numbers = ByteBuffer.wrap(bytes);
    double[][] embeddings = new double[SAMPLES][2];
    for (double[] embedding : embeddings) {
      for (int d = 0; d < embedding.length; d++) {
        double number = numbers.remaining() < Double.BYTES ? d : numbers.getDouble();
        embedding[d] = Double.isFinite(number) ? number : 1;
      }
    }
    sampled(samples, embeddings);
    for (Question question : List.of(OPEN, CHOICE)) {
      KnowledgeState state =
          KnowledgeMeasurement.evaluation(
              TritonFixtures.evaluated(question), text, "I don't know", 1, "p", Judge.PAPER);
      assertThat(state.verdict()).isNotNull();
    }
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"logprob\":",
    "\"decoded_token\":",
    "-Infinity",
    "NaN",
    "\" B\"",
    "[{\"1\":",
    "1e400",
    "null"
  })
  void logprobs(byte[] json) throws Exception {
    read(
        () -> {
          InferenceContract.Weighed answer =
              VllmContract.weighed(new String(json, StandardCharsets.UTF_8), LETTERS);
          assertThat(answer.unseen()).isBetween(0.0, 1.0);
          weighed(answer.probabilities());
        });
  }

  /** Messages of a stream, each behind its length. */
  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({"triton_final_response", "text_output", "BYTES"})
  void streams(byte[] bytes) throws Exception {
    var requests = new Requests();
    var answers = new StreamedAnswers(MAX_BYTES);
    answers.beforeStart(requests);
    var stream = new ByteArrayInputStream(bytes);
    try {
      ModelStreamInferResponse message = ModelStreamInferResponse.parseDelimitedFrom(stream);
      while (message != null) {
        answers.onNext(message);
        message = ModelStreamInferResponse.parseDelimitedFrom(stream);
      }
      answers.onCompleted();
    } catch (IOException e) {
      answers.onError(e);
    }
    assertThat(answers.future()).isDone();
    try {
      int size = 0;
      for (ModelInferResponse answer : answers.future().get()) {
        assertThat(answer.getOutputsCount()).isPositive();
        size += answer.getSerializedSize();
      }
      assertThat(size).isLessThanOrEqualTo(MAX_BYTES);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MalformedAnswerException malformed) {
        checkFault(malformed);
        assertThat(requests.cancelled).isTrue();
      } else if (!(e.getCause() instanceof IOException)) {
        assertThat(e.getCause()).isInstanceOf(StreamedAnswers.FailedException.class);
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  @DictionaryEntries({
    "prompt",
    "seeds",
    "temperature",
    "max_tokens",
    "stop",
    "samples",
    "text",
    "BYTES",
    "FP32",
    "UINT64"
  })
  void metadata(byte[] bytes) {
    ModelMetadataResponse model;
    try {
      model = ModelMetadataResponse.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return;
    }
    for (Contract contract : Contract.values()) {
      for (Requirement requirement :
          InferenceContract.of(contract, Thoughts.NONE)
              .requirements(new Serving("m", "", contract, "e", "", ""))) {
        requirement
            .signature()
            .lack(model)
            .ifPresent(lack -> assertThat(lack).isNotBlank().hasSizeLessThan(20_000));
      }
    }
  }

  /** No pattern that answers are searched with takes for ever, on the longest that are taken. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "I'm sorry, but ",
        "(",
        "Answer\n",
        "The answer is ",
        " ",
        "a) b) c) ",
        "\uD83D\uDE00",
        "well, ",
        "I don't ",
        "\n",
        "'",
      })
  void longestSamples(String repeated) {
    int longest = TritonFixtures.settings("triton:8001").build().maxSampleCharacters();
    String text = repeated.repeat(longest / repeated.length());
    samples(text.getBytes(StandardCharsets.UTF_8));
    samples(("Paris " + text + " I don't know").getBytes(StandardCharsets.UTF_8));
  }

  private interface Reading {
    void read() throws MalformedAnswerException;
  }

  private static void read(Reading reading) {
    try {
      reading.read();
    } catch (MalformedAnswerException e) {
      checkFault(e);
    }
  }

  private static void checkFault(MalformedAnswerException fault) {
    assertThat(
            new Failures(TritonFixtures.settings("triton:8001").build(), new SentSecrets())
                .malformed(new ServedModel("m", "", ""), "craft", fault.getMessage()))
        .message()
        .endsWith(".")
        .hasSizeLessThan(3_000);
  }

  private static void weighed(double[] probabilities) throws MalformedAnswerException {
    OptionProbabilities.checked(probabilities, LETTERS);
    for (CertaintyMeasures measures : MEASURES) {
      check(KnowledgeMeasurement.multipleChoice(CHOICE, probabilities, 0, "p", measures));
    }
  }

  private static void sampled(List<String> samples, double[][] embeddings) {
    for (CertaintyMeasures measures : MEASURES) {
      KnowledgeState state;
      try {
        state =
            KnowledgeMeasurement.openEnded(
                OPEN,
                samples,
                embeddings,
                "Answer the following question.",
                1,
                "p",
                measures,
                Judge.PAPER);
      } catch (IllegalArgumentException e) {
        assertThat(e).message().endsWith(".");
        return;
      }
      check(state);
    }
  }

  private static void check(KnowledgeState state) {
    assertThat(state.correctness()).isBetween(0.0, 1.0);
    assertThat(state.certainty()).isFinite().isLessThanOrEqualTo(1);
    assertThat(state.targetProbability()).isBetween(0.0, 1.001);
  }

  private static final class Requests extends ClientCallStreamObserver<ModelInferRequest> {
    private boolean cancelled;

    @Override
    public void cancel(String message, Throwable cause) {
      cancelled = true;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void onNext(ModelInferRequest value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
