package dev.craftstream.triton.client;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * Sends a token with each attempt of each request; reads it anew each time, and not on the thread
 * that asks: a file may be slow to read.
 */
public final class TokenCredentials extends CallCredentials {
  private final TritonSettings.Token token;
  private final SentSecrets sent;
  private final Metadata.Key<String> header;

  /**
   * Reads the token once, so that a wrong name is found at the start.
   *
   * @param sent gets to know each secret before it is sent
   * @throws IllegalStateException where there is no token
   */
  public TokenCredentials(TritonSettings.Token token, SentSecrets sent) {
    this.token = token;
    this.sent = sent;
    this.header = Metadata.Key.of(token.header(), Metadata.ASCII_STRING_MARSHALLER);
    try {
      value();
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public void applyRequestMetadata(
      RequestInfo request, Executor executor, MetadataApplier applier) {
    ForkJoinPool.commonPool()
        .execute(
            () -> {
              try {
                var headers = new Metadata();
                headers.put(header, value());
                applier.apply(headers);
              } catch (IOException e) {
                applier.fail(Status.UNAUTHENTICATED.withDescription(e.getMessage()));
              }
            });
  }

  private String value() throws IOException {
    String secret = secret().strip();
    if (secret.isEmpty() || !secret.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IOException(
          "The token in " + place() + " is empty or has other characters than ASCII's.");
    }
    sent.add(secret);
    boolean bearer =
        token.header().toLowerCase(Locale.ROOT).equals(TritonSettings.Token.AUTHORIZATION);
    return bearer ? "Bearer " + secret : secret;
  }

  private String secret() throws IOException {
    if (token.file().isBlank()) {
      String value = System.getenv(token.variable());
      if (value == null) {
        throw new IOException("The token is to be in " + place() + ", which is not set.");
      }
      return value;
    }
    try {
      return Files.readString(Path.of(token.file()));
    } catch (IOException e) {
      throw new IOException("The token is to be in " + place() + ", which can't be read.", e);
    }
  }

  private String place() {
    return token.file().isBlank()
        ? "the environment variable " + token.variable()
        : "the file " + token.file();
  }
}
