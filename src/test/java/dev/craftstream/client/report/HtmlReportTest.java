package dev.craftstream.client.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.client.report.CuratedQuestion.Curation;
import dev.craftstream.client.report.CuratedQuestion.Knowledge;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.label.Label;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {

  @Test
  void isOneWellFormedPageThatNeedsNothingBesideIt() throws Exception {
    String page = HtmlReport.of(SampleRun.make(178, 60));

    Document document = parsed(page);
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("html");
    assertThat(page).doesNotContain("<script", "<link", "src=", "href=", "url(", "@import");
    // To be looked at, too.
    Files.writeString(Path.of("target", "sample-report.html"), page);
  }

  @Test
  void drawsEachQuestionOnThePlaneOfItsTask() throws Exception {
    RunData run = SampleRun.make(40, 20);

    Document document = parsed(HtmlReport.of(run));

    assertThat(withClass(document, "point answer").size()).isEqualTo(count(run, Label.ANSWER) + 1);
    assertThat(withClass(document, "point refusal").size())
        .isEqualTo(count(run, Label.REFUSAL) + 1);
    assertThat(withClass(document, "point dropped").size())
        .as("one is the legend's")
        .isEqualTo(count(run, Label.DROPPED) + 1);
    assertThat(withClass(document, "threshold"))
        .as("of the planes, and two of chance for each task")
        .hasSize(3 + 2 * 2);
  }

  @Test
  void tellsAllLabelsFlowsExamplesAndFacts() {
    String page = HtmlReport.of(SampleRun.make(178, 60));

    assertThat(page)
        .contains("ANSWER", "REFUSAL", "DROPPED", "about to be learnt", "half known")
        .contains("Open-ended, 178 questions", "Multiple-choice, 60 questions")
        .contains(
            "smollm2 version 1 with the adapter rehearsal",
            "98.7 % of 8",
            "mean sureness",
            ", sureness 0.88",
            "unknown of 8",
            "v1-0a1b2c")
        .contains("by chance alone")
        .doesNotContain("Dead letters");
  }

  @Test
  void showsTheStrategiesSideBySideAndHowTheModelDoes() {
    String page = HtmlReport.of(SampleRun.make(40, 20));

    assertThat(page)
        .contains("What each strategy would choose", "COR_RAIT", "60 of 80", "0 of 20")
        .as("half of the questions of COR_RAIT are in CRAFT")
        .contains("50.0 %")
        .contains("not built: too few &lt;candidates&gt;")
        .contains("What certainty tells", "AUROC", "Risk and coverage: Open-ended", "Reliability:")
        .contains("INITIAL: of the most certain 100 %", "Refusing", "truthfulness")
        .contains(
            "Rehearsal sets",
            "How the model does",
            "<td>25.0 %<small>13 to 50 %</small></td>",
            "<td>12.5<small>−100 to −90</small></td>",
            "<td>3.4 %<small>1 to 7 %</small></td>",
            "95 %");
    assertThat(SummaryText.of(SampleRun.make(40, 20)))
        .contains(
            "CRAFT, open-ended", "not built: too few <candidates>", "rehearsal set", "25.0 %");
  }

  @Test
  void showsTextsThatLookLikeMarkupAsTheyAre() throws Exception {
    String evil = "</title><script>alert('x')</script> & \"quotes\" \u0000\uD800";
    CuratedQuestion question =
        SampleRun.question(
            evil,
            Task.OPEN_ENDED,
            evil,
            List.of(),
            evil,
            SampleRun.sampled(0.9, 0.8),
            SampleRun.sampled(1, 0.9));

    String page =
        HtmlReport.of(
            SampleRun.run(
                List.of(question), List.of(new RunData.Failure(evil, "MALFORMED", evil))));

    assertThat(page).doesNotContain("<script").contains("&lt;script&gt;").contains("Dead letters");
    assertThat(parsed(page).getDocumentElement().getTextContent()).contains("<script>alert('x')");
  }

  @Test
  void copesWithARunInWhichNothingCouldBeMeasured() throws Exception {
    CuratedQuestion lost =
        new CuratedQuestion(
            "q", Task.MULTIPLE_CHOICE, "?", List.of("a", "b"), "A", null, null, null, null);

    assertThat(parsed(HtmlReport.of(SampleRun.run(List.of(lost), List.of())))).isNotNull();
    assertThat(parsed(HtmlReport.of(SampleRun.run(List.of(), List.of())))).isNotNull();
    assertThat(SummaryText.of(SampleRun.run(List.of(lost), List.of())))
        .contains("1 without a label");
  }

  @Test
  void saysOnlyWhatTheRecordsSay() {
    String paper = HtmlReport.of(SampleRun.make(40, 20));
    assertThat(paper)
        .contains("how alike the samples are (mean cosine similarity).")
        .contains("negative entropy of the options’ probabilities.")
        .contains("With 10 samples a question, correctness moves by up to 0.16")
        .contains("REFUSAL: “I don", "become “I don", "Dashed lines");

    CuratedQuestion open = knows("a", Task.OPEN_ENDED, CertaintyKind.SEMANTIC_ENTROPY, 25);
    CuratedQuestion choice =
        knows("b", Task.MULTIPLE_CHOICE, CertaintyKind.CHOSEN_OPTION_ENTROPY, 4);
    RunData run = RunData.builder().questions(List.of(open, choice), 2).build();
    assertThat(HtmlReport.of(run))
        .contains("negative entropy of the samples’ meanings.")
        .contains("negative entropy of the options that samples chose.")
        .contains("With 4 samples or 25 samples a question, correctness moves by up to 0.25")
        .contains("“No idea”")
        .doesNotContain("cosine", "10 samples", "I don", "Dashed lines");

    CuratedQuestion weighed = knows("c", Task.MULTIPLE_CHOICE, CertaintyKind.OPTION_ENTROPY, 0);
    assertThat(HtmlReport.of(RunData.builder().questions(List.of(weighed), 1).build()))
        .contains("The knowledge flow")
        .doesNotContain("by chance alone", "moved sideways", "samples");
  }

  @Test
  void saysNothingOfARehearsalThatThereWasNot() {
    CuratedQuestion both = knows("a", Task.OPEN_ENDED, CertaintyKind.EMBEDDING_SIMILARITY, 10);
    CuratedQuestion initialOnly =
        new CuratedQuestion(
            "a", Task.OPEN_ENDED, "?", List.of(), "A", both.initial(), null, both.before(), null);

    assertThat(HtmlReport.of(RunData.builder().questions(List.of(initialOnly), 1).build()))
        .contains("relabelled by what the model knows.")
        .contains("provisional")
        .doesNotContain("rehearsal", "Knowledge flow", "knowledge flow");
    assertThat(SummaryText.of(RunData.builder().questions(List.of(initialOnly), 1).build()))
        .doesNotContain("final", "flow");
  }

  private static CuratedQuestion knows(String id, Task task, CertaintyKind kind, int samples) {
    Curation refusal = new Curation(Label.REFUSAL, null, "No idea", Double.NaN);
    return new CuratedQuestion(
        id,
        task,
        "?",
        List.of("one", "two"),
        "A",
        new Knowledge(0.25, 0.5, kind, samples),
        new Knowledge(0.5, 0.5, kind, samples),
        refusal,
        refusal);
  }

  private static int count(RunData run, Label label) {
    return Summary.of(run.questions()).count(label);
  }

  private static List<Element> withClass(Document document, String classes) {
    NodeList all = document.getElementsByTagName("*");
    return java.util.stream.IntStream.range(0, all.getLength())
        .mapToObj(i -> (Element) all.item(i))
        .filter(element -> element.getAttribute("class").equals(classes))
        .toList();
  }

  private static Document parsed(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }
}
