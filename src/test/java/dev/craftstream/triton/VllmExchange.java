package dev.craftstream.triton;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.inference.GRPCInferenceServiceGrpc;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelStreamInferResponse;
import dev.craftstream.triton.contract.InputTensor;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One request to a vLLM backend and everything that came back.
 *
 * @param withCodes whether the header that asks for gRPC's codes was sent
 * @param code of the stream's end
 * @param description of the stream's end; may be empty
 */
record VllmExchange(
    boolean withCodes,
    ModelInferRequest request,
    List<ModelStreamInferResponse> responses,
    Status.Code code,
    String description) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private static final String OPEN_ENDED =
      "Question: What is the capital of Italy?\nAnswer: Rome\n\nQuestion: What is the capital of"
          + " France?\nAnswer:";
  private static final String MULTIPLE_CHOICE =
      "What gas do plants take in?\nA. oxygen\nB. carbon dioxide\nC. helium\nD. neon\nAnswer: B\n\n"
          + "What is the capital of France?\nA. Rome\nB. Berlin\nC. Paris\nD. Madrid\nAnswer:";
  private static final String SAMPLING =
      "{\"max_tokens\":16,\"n\":%d,\"seed\":42,\"stop\":[\"\\n\"],\"temperature\":%s,\"top_p\":1%s}";
  private static final String WEIGHING = "{\"logprobs\":%d,\"max_tokens\":1,\"temperature\":0%s}";

  /** What is asked of a real backend, by the names of the files that its answers lie in. */
  static Map<String, ModelInferRequest> requests(String model, String adapter) {
    Map<String, ModelInferRequest> requests = new LinkedHashMap<>();
    String one = SAMPLING.formatted(1, "1.0", "");
    requests.put("one-sample", request(model, OPEN_ENDED, one, false));
    requests.put(
        "four-samples", request(model, OPEN_ENDED, SAMPLING.formatted(4, "1.0", ""), false));
    requests.put(
        "adapter",
        request(
            model,
            OPEN_ENDED,
            SAMPLING.formatted(1, "1.0", ",\"lora_name\":\"" + adapter + "\""),
            false));
    requests.put(
        "unknown-adapter",
        request(
            model, OPEN_ENDED, SAMPLING.formatted(1, "1.0", ",\"lora_name\":\"nobody\""), false));
    requests.put("letters", request(model, MULTIPLE_CHOICE, WEIGHING.formatted(20, ""), true));
    requests.put(
        "letters-behind-a-blank",
        request(model, MULTIPLE_CHOICE + " ", WEIGHING.formatted(20, ""), true));
    requests.put(
        "too-many-logprobs", request(model, MULTIPLE_CHOICE, WEIGHING.formatted(25, ""), true));
    requests.put(
        "no-logprobs-wanted",
        request(model, MULTIPLE_CHOICE, "{\"max_tokens\":1,\"temperature\":0}", true));
    requests.put("token-counts", counting(request(model, OPEN_ENDED, one, false)));
    requests.put("too-long", request(model, "word ".repeat(2_600) + "\nAnswer:", one, false));
    requests.put("empty-prompt", request(model, "", one, false));
    requests.put(
        "bad-parameter", request(model, OPEN_ENDED, SAMPLING.formatted(1, "-1.0", ""), false));
    requests.put(
        "unknown-parameter",
        request(
            model, OPEN_ENDED, SAMPLING.formatted(1, "1.0", ",\"no_such_parameter\":1"), false));
    requests.put("unknown-model", request("nobody", OPEN_ENDED, one, false));
    return requests;
  }

  private static ModelInferRequest request(
      String model, String prompt, String sampling, boolean logprobs) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model);
    InputTensor.text("text_input", prompt).addTo(request);
    InputTensor.bool("stream", false).addTo(request);
    InputTensor.bool("exclude_input_in_output", true).addTo(request);
    InputTensor.text("sampling_parameters", sampling).addTo(request);
    request.addOutputsBuilder().setName("text_output");
    if (logprobs) {
      InputTensor.bool("return_logprobs", true).addTo(request);
      request.addOutputsBuilder().setName("logprobs");
    }
    return request.build();
  }

  private static ModelInferRequest counting(ModelInferRequest request) {
    ModelInferRequest.Builder counting = request.toBuilder();
    for (String tokens : List.of("num_input_tokens", "num_output_tokens")) {
      InputTensor.bool("return_" + tokens, true).addTo(counting);
      counting.addOutputsBuilder().setName(tokens);
    }
    return counting.build();
  }

  /** Sends the request and waits for the stream's end. */
  static VllmExchange with(Channel server, ModelInferRequest request, boolean withCodes)
      throws Exception {
    Metadata headers = new Metadata();
    if (withCodes) {
      headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    }
    List<ModelStreamInferResponse> responses = new ArrayList<>();
    CompletableFuture<Status> end = new CompletableFuture<>();
    StreamObserver<ModelInferRequest> requests =
        GRPCInferenceServiceGrpc.newStub(server)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .withDeadlineAfter(2, TimeUnit.MINUTES)
            .modelStreamInfer(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ModelStreamInferResponse response) {
                    responses.add(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    end.complete(Status.fromThrowable(error));
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(Status.OK);
                  }
                });
    requests.onNext(request);
    requests.onCompleted();
    Status status = end.get();
    return new VllmExchange(
        withCodes,
        request,
        List.copyOf(responses),
        status.getCode(),
        status.getDescription() == null ? "" : status.getDescription());
  }

  /** What the backend said in words; empty where it answered. */
  String failure() {
    return code == Status.Code.OK
        ? responses.stream()
            .map(ModelStreamInferResponse::getErrorMessage)
            .filter(message -> !message.isEmpty())
            .findFirst()
            .orElse("")
        : description;
  }

  String toJson() throws InvalidProtocolBufferException {
    JsonObject json = new JsonObject();
    json.addProperty("with_codes", withCodes);
    json.add("request", JsonParser.parseString(JsonFormat.printer().print(request)));
    JsonArray all = new JsonArray();
    for (ModelStreamInferResponse response : responses) {
      all.add(JsonParser.parseString(JsonFormat.printer().print(response)));
    }
    json.add("responses", all);
    json.addProperty("code", code.name());
    json.addProperty("description", description);
    return GSON.toJson(json) + "\n";
  }

  static VllmExchange ofJson(String text) throws InvalidProtocolBufferException {
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
    JsonFormat.parser().merge(json.get("request").toString(), request);
    List<ModelStreamInferResponse> responses = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray("responses")) {
      ModelStreamInferResponse.Builder response = ModelStreamInferResponse.newBuilder();
      JsonFormat.parser().merge(element.toString(), response);
      responses.add(response.build());
    }
    return new VllmExchange(
        json.get("with_codes").getAsBoolean(),
        request.build(),
        responses,
        Status.Code.valueOf(json.get("code").getAsString()),
        json.get("description").getAsString());
  }
}
