package dev.craftstream.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import dev.craftstream.embedded.CraftHome;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.inference.ModelInferRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the restated protocol with the descriptors in Triton's own Python client. */
@Tag("integration")
class GrpcServiceDescriptorsTest {
  private static final FileDescriptorProto OURS =
      ModelInferRequest.getDescriptor().getFile().toProto();

  private static FileDescriptorProto theirs;

  @BeforeAll
  static void readTheirs(@TempDir Path folder) throws Exception {
    Path project = Path.of("").toAbsolutePath();
    Path scripts = project.resolve("src/test/triton-client");
    PythonEnvironment python;
    try {
      python =
          PythonEnvironment.prepare(
              CraftHome.of(System.getenv(), project).virtualEnvironment("tritonclient"),
              scripts.resolve("requirements.txt"),
              List.of("--no-deps"),
              System.out::println);
    } catch (IOException e) {
      assumeTrue(false, "Triton's Python client can't be installed here: " + e.getMessage());
      return;
    }
    Path output = folder.resolve("descriptor");
    Process dump =
        new ProcessBuilder(
                python.python().toString(),
                scripts.resolve("dump.py").toString(),
                output.toString())
            .inheritIO()
            .start();
    assertThat(dump.waitFor()).isZero();
    theirs = FileDescriptorProto.parseFrom(Files.readAllBytes(output));
  }

  @Test
  void packageAndServiceHaveTheirNames() {
    assertThat(OURS.getPackage()).isEqualTo(theirs.getPackage());
    assertThat(OURS.getSyntax()).isEqualTo(theirs.getSyntax());
    assertThat(OURS.getService(0).getName()).isEqualTo(theirs.getService(0).getName());
  }

  @Test
  void everyRpcIsTheirs() {
    var expected = new TreeMap<String, String>();
    theirs.getService(0).getMethodList().forEach(m -> expected.put(m.getName(), described(m)));

    assertThat(OURS.getService(0).getMethodList())
        .isNotEmpty()
        .allSatisfy(m -> assertThat(described(m)).isEqualTo(expected.get(m.getName())));
  }

  @Test
  void everyMessageHasAllOfTheirFields() {
    var expected = new TreeMap<String, Map<Integer, String>>();
    theirs.getMessageTypeList().forEach(message -> collect("", message, expected));
    var actual = new TreeMap<String, Map<Integer, String>>();
    OURS.getMessageTypeList().forEach(message -> collect("", message, actual));

    assertThat(actual)
        .hasSizeGreaterThan(15)
        .allSatisfy((name, fields) -> assertThat(fields).as(name).isEqualTo(expected.get(name)));
  }

  private static String described(MethodDescriptorProto method) {
    return method.getInputType()
        + (method.getClientStreaming() ? " stream" : "")
        + " -> "
        + method.getOutputType()
        + (method.getServerStreaming() ? " stream" : "");
  }

  private static void collect(
      String prefix, DescriptorProto message, Map<String, Map<Integer, String>> into) {
    String name = prefix + message.getName();
    var fields = new TreeMap<Integer, String>();
    for (FieldDescriptorProto field : message.getFieldList()) {
      String oneof =
          field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
      fields.put(
          field.getNumber(),
          "%s %s %s %s in oneof '%s'"
              .formatted(
                  field.getLabel(), field.getType(), field.getTypeName(), field.getName(), oneof));
    }
    into.put(name, fields);
    message.getNestedTypeList().forEach(nested -> collect(name + ".", nested, into));
  }
}
