package dev.craftstream.triton.client;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * How Triton is reached. Holds names of files and variables, never a secret; the files are read on
 * the machine that asks.
 *
 * @param endpoints the servers, each with all of the models; a request goes where the fewest are
 *     under way
 * @param deadline how long one question may take, with all that is sent again for it
 * @param modelReadyTimeout how long an announced model may take to get ready once its server
 *     answers
 * @param keepAliveTime how long a connection with requests in flight may be silent before it is
 *     probed; at least 10 s. Triton suffers three probes in a row without data when they come more
 *     often than its {@code --grpc-http2-min-recv-ping-interval-without-data} (5 minutes) and then
 *     closes the connection, whose requests are sent again
 * @param keepAliveTimeout how long a probe may stay unanswered before the connection counts as
 *     broken and its requests are sent again
 * @param streamsInFlight how many streamed requests, of which a question with ten samples takes
 *     ten, one task may have at the servers at once; at least 1
 * @param maxMessageBytes size of the largest request and the largest answer
 * @param maxSampleCharacters the longest sample or answer in words that is taken; what is known of
 *     a question holds one of them
 * @param adaptersFolder folder on the servers in which the LoRA adapters of models lie that must be
 *     told where (TensorRT-LLM's), each in a folder of its name; empty: none
 * @param retryInitialBackoff pause before a request is first sent again; doubles from then on, with
 *     a random part
 * @param retryMaxBackoff the longest such pause, and the longest between two attempts to connect
 * @param tls encryption
 * @param token a secret that is sent with each request
 */
public record TritonSettings(
    List<Endpoint> endpoints,
    Duration deadline,
    Duration modelReadyTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    int streamsInFlight,
    int maxMessageBytes,
    int maxSampleCharacters,
    String adaptersFolder,
    Duration retryInitialBackoff,
    Duration retryMaxBackoff,
    Tls tls,
    Token token)
    implements Serializable {

  private static final Duration SHORTEST_KEEP_ALIVE = Duration.ofSeconds(10);
  private static final int SMALLEST_MESSAGE = 64 << 10;
  private static final int LONGEST_SAMPLE = 1 << 20;
  private static final Duration LONGEST = Duration.ofDays(365);

  public TritonSettings {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "No Triton server is named; name at least one as host:port.");
    }
    if (new HashSet<>(endpoints).size() < endpoints.size()) {
      throw new IllegalArgumentException(
          "A Triton server is named twice in " + endpoints + "; name each once.");
    }
    requireCountable("deadline", deadline);
    requireCountable("model-ready time-out", modelReadyTimeout);
    requireCountable("keep-alive time", keepAliveTime);
    requireCountable("keep-alive time-out", keepAliveTimeout);
    requireCountable("retry's maximum back-off", retryMaxBackoff);
    requirePositive("deadline", deadline);
    requirePositive("model-ready time-out", modelReadyTimeout);
    requirePositive("keep-alive time-out", keepAliveTimeout);
    requirePositive("retry's initial back-off", retryInitialBackoff);
    requirePositive("retry's maximum back-off", retryMaxBackoff);
    if (keepAliveTime.compareTo(SHORTEST_KEEP_ALIVE) < 0) {
      throw new IllegalArgumentException(
          "The keep-alive time is "
              + keepAliveTime.toMillis()
              + " ms; give it at least 10 s, which is the least that gRPC probes in.");
    }
    if (retryInitialBackoff.compareTo(retryMaxBackoff) > 0) {
      throw new IllegalArgumentException(
          "The retry's initial back-off of "
              + retryInitialBackoff.toMillis()
              + " ms is longer than its maximum of "
              + retryMaxBackoff.toMillis()
              + " ms.");
    }
    if (streamsInFlight < 1) {
      throw new IllegalArgumentException(
          streamsInFlight + " streamed requests at once are none; allow at least 1.");
    }
    if (maxMessageBytes < SMALLEST_MESSAGE) {
      throw new IllegalArgumentException(
          "The largest message has "
              + maxMessageBytes
              + " bytes; allow at least "
              + SMALLEST_MESSAGE
              + ", since a prompt and ten samples must fit.");
    }
    if (maxSampleCharacters < 1 || maxSampleCharacters > LONGEST_SAMPLE) {
      throw new IllegalArgumentException(
          "The longest sample has "
              + maxSampleCharacters
              + " characters; allow 1 to "
              + LONGEST_SAMPLE
              + ", since it has to fit into the topics' records.");
    }
  }

  /** The defaults for these servers. */
  public static Builder to(String... servers) {
    return new Builder(List.of(servers).stream().map(Endpoint::parse).toList());
  }

  /** The defaults for these servers. */
  public static Builder to(List<Endpoint> servers) {
    return new Builder(servers);
  }

  /**
   * The same for other servers.
   *
   * @param otherDeadline how long one request may take there
   */
  public TritonSettings at(List<Endpoint> others, Duration otherDeadline) {
    return new TritonSettings(
        others,
        otherDeadline,
        modelReadyTimeout,
        keepAliveTime,
        keepAliveTimeout,
        streamsInFlight,
        maxMessageBytes,
        maxSampleCharacters,
        adaptersFolder,
        retryInitialBackoff,
        retryMaxBackoff,
        tls,
        token);
  }

  /** The servers as they are named in messages. */
  public String servers() {
    return String.join(", ", endpoints.stream().map(Endpoint::toString).toList());
  }

  /** Times are counted in nanoseconds, of which a long holds 292 years. */
  private static void requireCountable(String name, Duration value) {
    if (value.abs().compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "The " + name + " is " + value + "; give it a length of at most 365 days.");
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          "The " + name + " is " + value.toMillis() + " ms; give it a length above 0.");
    }
  }

  /**
   * Encryption, and who proves what to whom. Empty texts mean: none.
   *
   * @param enabled whether connections are encrypted
   * @param trustFile PEM file of the authorities that the server's certificate is checked against;
   *     empty for the ones that Java trusts
   * @param certificateFile PEM file of this client's certificate and its chain, for servers that
   *     ask for one
   * @param keyFile PEM file of that certificate's private key (PKCS#8, not encrypted)
   */
  public record Tls(boolean enabled, String trustFile, String certificateFile, String keyFile)
      implements Serializable {
    public static final Tls OFF = new Tls(false, "", "", "");

    public Tls {
      if (certificateFile.isBlank() != keyFile.isBlank()) {
        throw new IllegalArgumentException(
            "A client certificate and its private key go together; give both files or none.");
      }
      if (!enabled && !(trustFile + certificateFile).isBlank()) {
        throw new IllegalArgumentException(
            "Certificates are given, but TLS is off; switch it on or leave them out.");
      }
    }
  }

  /**
   * A secret that goes with each request, from the first of these that is named; read anew for each
   * attempt, so that it can be exchanged while the job runs. For the header {@code authorization}
   * it is sent as {@code Bearer <secret>}, for any other as it is.
   *
   * @param header the header's name
   * @param variable environment variable that holds the secret; empty: none
   * @param file file that holds the secret, white space around it being ignored; empty: none
   */
  public record Token(String header, String variable, String file) implements Serializable {
    public static final String AUTHORIZATION = "authorization";
    public static final Token NONE = new Token(AUTHORIZATION, "", "");

    public Token {
      if (!header.matches("[0-9a-zA-Z_.-]+") || header.toLowerCase(Locale.ROOT).endsWith("-bin")) {
        throw new IllegalArgumentException(
            "\""
                + header
                + "\" can't be the token's header; use letters, digits, '-', '_' and '.', and no"
                + " name that ends with -bin.");
      }
      if (!variable.isBlank() && !file.isBlank()) {
        throw new IllegalArgumentException(
            "The token is said to be in the variable "
                + variable
                + " and in the file "
                + file
                + "; name one of them.");
      }
    }

    boolean present() {
      return !(variable + file).isBlank();
    }
  }

  /** Changes the defaults. */
  public static final class Builder {
    private final List<Endpoint> endpoints;
    private Duration deadline = Duration.ofMinutes(2);
    private Duration modelReadyTimeout = Duration.ofMinutes(1);
    private Duration keepAliveTime = Duration.ofMinutes(1);
    private Duration keepAliveTimeout = Duration.ofSeconds(20);
    private int streamsInFlight = 256;
    private int maxMessageBytes = 64 << 20;
    private int maxSampleCharacters = 32_768;
    private String adaptersFolder = "";
    private Duration retryInitialBackoff = Duration.ofMillis(200);
    private Duration retryMaxBackoff = Duration.ofSeconds(5);
    private Tls tls = Tls.OFF;
    private Token token = Token.NONE;

    private Builder(List<Endpoint> endpoints) {
      this.endpoints = endpoints;
    }

    public Builder deadline(Duration value) {
      deadline = value;
      return this;
    }

    public Builder modelReadyTimeout(Duration value) {
      modelReadyTimeout = value;
      return this;
    }

    public Builder keepAlive(Duration time, Duration timeout) {
      keepAliveTime = time;
      keepAliveTimeout = timeout;
      return this;
    }

    public Builder streamsInFlight(int value) {
      streamsInFlight = value;
      return this;
    }

    public Builder maxMessageBytes(int value) {
      maxMessageBytes = value;
      return this;
    }

    public Builder maxSampleCharacters(int value) {
      maxSampleCharacters = value;
      return this;
    }

    public Builder adaptersFolder(String value) {
      adaptersFolder = value;
      return this;
    }

    public Builder retryBackoff(Duration initial, Duration max) {
      retryInitialBackoff = initial;
      retryMaxBackoff = max;
      return this;
    }

    public Builder tls(Tls value) {
      tls = value;
      return this;
    }

    public Builder token(Token value) {
      token = value;
      return this;
    }

    public TritonSettings build() {
      return new TritonSettings(
          endpoints,
          deadline,
          modelReadyTimeout,
          keepAliveTime,
          keepAliveTimeout,
          streamsInFlight,
          maxMessageBytes,
          maxSampleCharacters,
          adaptersFolder,
          retryInitialBackoff,
          retryMaxBackoff,
          tls,
          token);
    }
  }
}
