package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.FailureKind;
import io.grpc.Status;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusKindsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "UNAVAILABLE        | true  | [request id: 7] Exceeds maximum queue size    | OVERLOADED",
        "UNAVAILABLE        | true  | [request id: 7] Request timeout expired       | OVERLOADED",
        "RESOURCE_EXHAUSTED | true  | too many requests                             | OVERLOADED",
        "RESOURCE_EXHAUSTED | false | gRPC message exceeds maximum size 5: 7        | -",
        "NOT_FOUND          | true  | Request for unknown model: 'm' is not found   | MODEL_MISSING",
        "UNAVAILABLE        | true  | Request for unknown model: 'm' version 1 is not at ready state"
            + " | MODEL_MISSING",
        "UNAVAILABLE        | true  | Server not ready                              | FAILING",
        "INTERNAL           | true  | Failed to process the request                 | FAILING",
        "UNAVAILABLE        | false | Keepalive failed. The connection is likely gone"
            + " | CONNECTION_LOST",
        "UNAVAILABLE        | false | io exception                                  | CONNECTION_LOST",
        "INTERNAL           | false | RST_STREAM closed stream                      | CONNECTION_LOST",
        "INTERNAL           | false | http2 exception                               | NOT_GRPC",
        "UNIMPLEMENTED      | false | HTTP status code 404                          | NOT_GRPC",
        "UNAVAILABLE        | false | HTTP status code 502                          | NOT_GRPC",
        "UNIMPLEMENTED      | true  | ModelInfer RPC doesn't support models with decoupled transaction"
            + " policy | -",
        "UNIMPLEMENTED      | true  | -                                             | NOT_GRPC",
        "UNIMPLEMENTED      | true  | Method not found: inference.GRPCInferenceService/ModelInfer"
            + " | NOT_GRPC",
        "UNAUTHENTICATED    | true  | who are you?                                  | ACCESS_DENIED",
        "DEADLINE_EXCEEDED  | true  | too slow                                      | HANGING",
        "INVALID_ARGUMENT   | true  | wrong shape                                   | -",
        "CANCELLED          | false | taken back                                    | -",
        "CANCELLED          | true  | -                                             | FAILING",
        "CANCELLED          | false | RST_STREAM closed stream. HTTP/2 error code: CANCEL"
            + " | CONNECTION_LOST",
        "OK                 | true  | -                                             | -",
      })
  void whatAFailedAttemptSaysOfTheServer(
      Status.Code code, boolean replied, String description, FailureKind trouble) {
    assertThat(StatusKinds.of(code.toStatus().withDescription(description), replied))
        .isEqualTo(trouble);
  }

  @Test
  void whatTheClientTakesBackIsNoTroubleEvenIfTheServerHasReplied() {
    Status takenBack =
        Status.CANCELLED
            .withDescription("Context cancelled")
            .withCause(new CancellationException("another question"));
    assertThat(StatusKinds.of(takenBack, true)).isNull();
  }

  @Test
  void metricsAreNamedInCamelCase() {
    assertThat(FailureKind.UNREACHABLE.camelCase()).isEqualTo("unreachable");
    assertThat(FailureKind.NOT_GRPC.camelCase()).isEqualTo("notGrpc");
    assertThat(FailureKind.MODEL_MISSING.camelCase()).isEqualTo("modelMissing");
  }
}
