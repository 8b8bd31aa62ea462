package dev.craftstream.testing;

import dev.craftstream.embedded.KafkaBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A real broker with a listener for TLS with SASL, by SCRAM-SHA-512 or PLAIN, that allows to each
 * user what its ACLs say and nothing else.
 */
public final class SecuredBroker implements AutoCloseable {
  private final KafkaBroker broker;
  private final int port;
  private final TestCertificates certificates;

  private SecuredBroker(KafkaBroker broker, int port, TestCertificates certificates) {
    this.broker = broker;
    this.port = port;
    this.certificates = certificates;
  }

  /**
   * Starts it.
   *
   * @param folder for its data and its certificate
   * @param user who may log in by PLAIN, with {@code password}
   */
  public static SecuredBroker start(Path folder, String user, String password) throws Exception {
    TestCertificates certificates = TestCertificates.make(folder, "kafka");
    Path both =
        Files.writeString(
            folder.resolve("kafka.pem"),
            Files.readString(certificates.key()) + Files.readString(certificates.certificate()));
    int port = freePort();
    String address = "SECURED://127.0.0.1:" + port;
    String module = "org.apache.kafka.common.security.";
    KafkaBroker broker =
        KafkaBroker.start(
            folder.resolve("broker"),
            0,
            System.getProperty("java.class.path"),
            Map.ofEntries(
                Map.entry("listeners", address),
                Map.entry("advertised.listeners", address),
                Map.entry("listener.security.protocol.map", "SECURED:SASL_SSL"),
                Map.entry("sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN"),
                Map.entry(
                    "listener.name.secured.scram-sha-512.sasl.jaas.config",
                    module + "scram.ScramLoginModule required;"),
                Map.entry(
                    "listener.name.secured.plain.sasl.jaas.config",
                    "%splain.PlainLoginModule required user_%s=\"%s\";"
                        .formatted(module, user, password)),
                Map.entry("listener.name.secured.ssl.keystore.type", "PEM"),
                Map.entry("listener.name.secured.ssl.keystore.location", both.toString()),
                Map.entry(
                    "authorizer.class.name",
                    "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
                // The listener without security: the broker itself, and the test's administration.
                Map.entry("super.users", "User:ANONYMOUS")));
    return new SecuredBroker(broker, port, certificates);
  }

  /** Where its users connect. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** PEM file of what its certificate is trusted by. */
  public Path authority() {
    return certificates.certificate();
  }

  /** Lets a user log in by SCRAM-SHA-512. */
  public void addScramUser(String user, String password) throws Exception {
    try (Admin admin = administrator()) {
      var credential = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
      admin
          .alterUserScramCredentials(
              List.of(new UserScramCredentialUpsertion(user, credential, password)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  /**
   * What docs/deploy/security.md says that the job needs, for topics and ids that begin with {@code
   * prefix}.
   */
  public void allowJob(String user, String prefix) throws Exception {
    List<AclBinding> bindings = new ArrayList<>();
    for (AclOperation operation :
        List.of(
            AclOperation.CREATE,
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.DESCRIBE_CONFIGS)) {
      bindings.add(binding(user, ResourceType.TOPIC, prefix, operation));
    }
    bindings.add(binding(user, ResourceType.TRANSACTIONAL_ID, prefix, AclOperation.WRITE));
    bindings.add(binding(user, ResourceType.GROUP, prefix, AclOperation.READ));
    try (Admin admin = administrator()) {
      admin.createAcls(bindings).all().get(20, TimeUnit.SECONDS);
    }
  }

  private static AclBinding binding(
      String user, ResourceType type, String prefix, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(type, prefix, PatternType.PREFIXED),
        new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
  }

  private Admin administrator() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    broker.close();
  }
}
