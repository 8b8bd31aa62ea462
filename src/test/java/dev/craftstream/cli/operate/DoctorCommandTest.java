package dev.craftstream.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.cli.Craft;
import dev.craftstream.testing.TritonServerExtension;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

@Tag("integration")
class DoctorCommandTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void givenAModelInGoodHealth_whenExamined_thenEachCheckIsALineAndTheExitCodeIsZero() {
    assertThat(run("--model=ailing", "--seconds=1", "--in-flight=1,2")).as(err.toString()).isZero();
    assertThat(out.toString().lines())
        .contains(
            "ailing, by the contract CRAFT, at " + TRITON.endpoint(),
            "  ok     contract         The model has the contract's inputs and outputs.",
            "Open-ended questions   in flight  questions/s  s a question",
            "All is well.")
        .anyMatch(line -> line.contains("in flight are best"))
        .allMatch(line -> line.length() <= 110);
  }

  @Test
  void givenAnAilingModel_whenExamined_thenTheFaultAndWhatToDoAreSaidAndTheExitCodeIsOne() {
    assertThat(run("--model=ailing", "--adapter=blank", "--seconds=0")).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "ailing with the adapter blank, by the contract CRAFT",
            "  FAULT  multiple-choice  The letters have 6.0 % of the probability together.",
            "-> Make the model cut blanks",
            "Faults: 1.")
        .doesNotContain("questions/s");
  }

  @Test
  void givenJson_whenExamined_thenTheSameIsOneObject() {
    assertThat(run("--model=ailing", "--adapter=unseeded", "--seconds=0", "--json")).isEqualTo(1);
    JsonObject diagnosis = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(diagnosis.get("well").getAsBoolean()).isFalse();
    assertThat(diagnosis.get("model").getAsString()).isEqualTo("ailing with the adapter unseeded");
    assertThat(diagnosis.getAsJsonArray("findings").asList())
        .anySatisfy(
            finding -> {
              assertThat(finding.getAsJsonObject().get("check").getAsString()).isEqualTo("seeds");
              assertThat(finding.getAsJsonObject().get("verdict").getAsString()).isEqualTo("FAULT");
            });
    assertThat(diagnosis.getAsJsonArray("rates")).isEmpty();
  }

  private int run(String... arguments) {
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-Dtriton.endpoints=" + TRITON.endpoint(), "-Dquery.samples=4"));
    return commands.execute(all.toArray(String[]::new));
  }
}
