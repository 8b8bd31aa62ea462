package dev.craftstream.client.importing;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.craftstream.client.importing.forms.FieldMapping;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The columns of the sets as they are published, with questions made up here. */
class FormsTest {
  private static final String GAS = "Which gas do plants take in?";
  private static final List<String> GASES = List.of("Neon", "Carbon dioxide", "Argon", "Helium");

  @TempDir Path folder;
  private Checked checked;

  private static Arguments open(
      String name, String form, String content, String id, String answer, String... aliases) {
    return Arguments.of(name, form, content, id, answer, List.of(aliases));
  }

  static Stream<Arguments> openEnded() {
    return Stream.of(
        open(
            "triviaqa-hf.jsonl",
            "triviaqa",
            "{\"question\":\"Which canal?\",\"question_id\":\"tc_1\",\"question_source\":\"x\",\"entity_pages\":{\"doc_source\":[],\"filename\":[],\"title\":[],\"wiki_context\":[]},\"search_results\":{\"description\":[],\"filename\":[],\"rank\":[],\"title\":[],\"url\":[],\"search_context\":[]},\"answer\":{\"aliases\":[\"Long Canal\",\"The Long Canal\"],\"normalized_aliases\":[\"long canal\"],\"matched_wiki_entity_name\":\"\",\"normalized_matched_wiki_entity_name\":\"\",\"normalized_value\":\"long canal\",\"type\":\"WikipediaEntity\",\"value\":\"Long Canal\"}}",
            "tc_1",
            "Long Canal",
            "The Long Canal",
            "long canal"),
        open(
            "verified.json",
            "triviaqa",
            "{\"Data\":[{\"Answer\":{\"Aliases\":[\"Long Canal\"],\"HumanAnswers\":[\"the waterway\"],\"NormalizedAliases\":[\"long canal\"],\"Value\":\"Long Canal\"},\"Question\":\"Which canal?\",\"QuestionId\":\"tc_2\",\"QuestionPartOfVerifiedEval\":true,\"SearchResults\":[]}],\"Domain\":\"Web\",\"VerifiedEval\":true,\"Version\":1.0}",
            "tc_2",
            "Long Canal",
            "the waterway",
            "long canal"),
        open(
            "nq.jsonl",
            "nq-open",
            "{\"question\":\"who was first\",\"answer\":[\"Ada\",\"Ada L\"]}",
            "nq-",
            "Ada",
            "Ada L"),
        open(
            "nq.csv",
            "nq-open",
            "question,answer\nwho was first,\"['Ada' \"\"Ada's L\"\"]\"\n",
            "nq-",
            "Ada",
            "Ada's L"),
        open(
            "popqa.tsv",
            "popqa",
            "id\tsubj\tprop\tobj\tsubj_id\tprop_id\tobj_id\ts_aliases\to_aliases\ts_uri\to_uri\ts_wiki_title\to_wiki_title\ts_pop\to_pop\tquestion\tpossible_answers\n7\tAnna Roe\toccupation\tpilot\t1\t2\t3\t[]\t\"[\"\"flyer\"\"]\"\tu\tu\tAnna Roe\tpilot\t12\t34\tWhat is Anna Roe's occupation?\t\"[\"\"pilot\"\", \"\"aviator\"\"]\"\n",
            "popqa-7",
            "pilot",
            "aviator",
            "flyer"),
        open(
            "popqa.jsonl",
            "popqa",
            "{\"id\":7,\"subj\":\"Anna\",\"prop\":\"occupation\",\"obj\":\"pilot\",\"question\":\"What is Anna?\",\"possible_answers\":\"[\\\"pilot\\\", \\\"\\\\u00e9cuyer\\\"]\"}",
            "popqa-7",
            "pilot",
            "\u00e9cuyer"),
        open(
            "truthfulqa.csv",
            "truthfulqa",
            "Type,Category,Question,Best Answer,Best Incorrect Answer,Correct Answers,Incorrect Answers,Source\nAdversarial,Myths,Do owls read?,\"No, owls cannot read\",Yes,\"No, owls cannot read; Owls do not read\",\"Yes, owls read\",x\n",
            "truthfulqa-",
            "No, owls cannot read",
            "Owls do not read"),
        open(
            "generation.jsonl",
            "truthfulqa",
            "{\"type\":\"Adversarial\",\"category\":\"Myths\",\"question\":\"Do owls read?\",\"best_answer\":\"No\",\"correct_answers\":[\"No\",\"They don't; never\"],\"incorrect_answers\":[\"Yes\"],\"source\":\"x\"}",
            "truthfulqa-",
            "No",
            "They don't; never"),
        open(
            "webq.jsonl",
            "webquestions",
            "{\"url\":\"http://x\",\"question\":\"who is it?\",\"answers\":[\"Ada\",\"Bob\"]}",
            "webquestions-",
            "Ada",
            "Bob"),
        open(
            "webquestions.examples.train.json",
            "webquestions",
            "[{\"url\":\"http://x\",\"targetValue\":\"(list (description \\\"Ada \\\\\\\"A\\\\\\\" L\\\") (description Bob))\",\"utterance\":\"who is it?\"}]",
            "webquestions-",
            "Ada \"A\" L",
            "Bob"),
        open(
            "squad-hf.jsonl",
            "squad",
            "{\"id\":\"s1\",\"title\":\"X\",\"context\":\"c\",\"question\":\"Who left?\",\"answers\":{\"text\":[\"Ann\",\"Ann B\",\"Ann\"],\"answer_start\":[0,0,0]}}",
            "s1",
            "Ann",
            "Ann B"),
        open(
            "squad-hf.csv",
            "squad",
            "id,title,context,question,answers\ns1,X,c,Who left?,\"{'text': array(['Ann', 'Ann B'], dtype=object), 'answer_start': array([0, 7], dtype=int32)}\"\n",
            "s1",
            "Ann",
            "Ann B"),
        open(
            "train-v2.0.json",
            "squad",
            "{\"version\":\"v2.0\",\"data\":[{\"title\":\"X\",\"paragraphs\":[{\"context\":\"c\",\"qas\":[{\"id\":\"s1\",\"question\":\"Who left?\",\"is_impossible\":false,\"answers\":[{\"text\":\"Ann\",\"answer_start\":0}]}]}]}]}",
            "s1",
            "Ann"),
        open(
            "simple_qa_test_set.csv",
            "simpleqa",
            "metadata,problem,answer\n\"{'topic': 'Art', 'answer_type': 'Person', 'urls': ['http://x']}\",Who painted it?,Ada Roe\n",
            "simpleqa-",
            "Ada Roe"),
        open(
            "verified.csv",
            "simpleqa",
            "original_index,problem,answer,topic,answer_type,multi_step,requires_reasoning,urls\n5,Who painted it?,Ada Roe,Art,Person,False,False,http://x\n",
            "simpleqa-",
            "Ada Roe"),
        open(
            "chat.jsonl",
            "chat",
            "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Who?\"},{\"role\":\"assistant\",\"content\":\"Ada Roe\"}]}",
            "chat-",
            "Ada Roe"),
        open(
            "sharegpt.json",
            "chat",
            "[{\"id\":\"c1\",\"conversations\":[{\"from\":\"human\",\"value\":\"Who?\"},{\"from\":\"gpt\",\"value\":\"Ada Roe\"}]}]",
            "c1",
            "Ada Roe"),
        open(
            "trl.jsonl",
            "chat",
            "{\"prompt\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Who?\"}]}],\"completion\":[{\"role\":\"assistant\",\"content\":\"Ada Roe\"}]}",
            "chat-",
            "Ada Roe"),
        open(
            "own-array.json",
            "jsonl",
            "[{\"question_id\":\"r1\",\"open_ended\":{\"question\":\"Which?\",\"answer\":\"Seine\",\"aliases\":[\"\",\"La Seine\"]}}]",
            "r1",
            "Seine",
            "La Seine"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void openEnded(
      String name, String form, String content, String id, String answer, List<String> aliases)
      throws Exception {
    Question question = only(file(name, content));

    assertThat(checked.files().get(0).form()).isEqualTo(form);
    assertThat(question.task()).isEqualTo(Task.OPEN_ENDED);
    assertThat(question.id()).startsWith(id);
    assertThat(question.answer()).isEqualTo(answer);
    assertThat(question.aliases()).containsExactlyElementsOf(aliases);
  }

  static Stream<Arguments> multipleChoice() {
    return Stream.of(
        Arguments.of(
            "mmlu-hf.jsonl",
            "mmlu",
            "{\"question\":\"Which gas do plants take in?\",\"subject\":\"high_school_biology\",\"choices\":[\"Neon\",\"Carbon dioxide\",\"Argon\",\"Helium\"],\"answer\":1}"),
        Arguments.of(
            "mmlu-hf.csv",
            "mmlu",
            "question,subject,choices,answer\nWhich gas do plants take in?,high_school_biology,\"['Neon' 'Carbon dioxide'\n 'Argon' 'Helium']\",1\n"),
        Arguments.of(
            "astronomy_test.csv",
            "mmlu",
            "Which gas do plants take in?,Neon,Carbon dioxide,Argon,Helium,B\n"),
        Arguments.of(
            "ceval_val.csv",
            "mmlu",
            "id,question,A,B,C,D,answer,explanation\n0,Which gas do plants take in?,Neon,Carbon dioxide,Argon,Helium,B,\n"),
        Arguments.of(
            "agronomy.csv",
            "mmlu",
            ",Question,A,B,C,D,Answer\n0,Which gas do plants take in?,Neon,Carbon dioxide,Argon,Helium,B\n"),
        Arguments.of(
            "cmmlu.jsonl",
            "mmlu",
            "{\"Unnamed: 0\":0,\"Question\":\"Which gas do plants take in?\",\"A\":\"Neon\",\"B\":\"Carbon dioxide\",\"C\":\"Argon\",\"D\":\"Helium\",\"Answer\":\"B\"}"),
        Arguments.of(
            "int_test.csv",
            "mmlu",
            "question;A;B;C;D;answer\nWhich gas do plants take in?;Neon;Carbon dioxide;Argon;Helium;1\n"),
        Arguments.of(
            "global-mmlu.jsonl",
            "mmlu",
            "{\"sample_id\":\"x/0\",\"subject\":\"biology\",\"question\":\"Which gas do plants take in?\",\"option_a\":\"Neon\",\"option_b\":\"Carbon dioxide\",\"option_c\":\"Argon\",\"option_d\":\"Helium\",\"answer\":\"B\"}"),
        Arguments.of(
            "mmlu-pro.jsonl",
            "mmlu-pro",
            "{\"question_id\":70,\"question\":\"Which gas do plants take in?\",\"options\":[\"Neon\",\"Carbon dioxide\",\"Argon\",\"Helium\"],\"answer\":\"B\",\"answer_index\":1,\"cot_content\":\"\",\"category\":\"biology\",\"src\":\"x\"}"),
        Arguments.of(
            "arc.jsonl",
            "arc",
            "{\"id\":\"A1\",\"question\":{\"stem\":\"Which gas do plants take in?\",\"choices\":[{\"text\":\"Neon\",\"label\":\"A\"},{\"text\":\"Carbon dioxide\",\"label\":\"B\"},{\"text\":\"Argon\",\"label\":\"C\"},{\"text\":\"Helium\",\"label\":\"D\"}]},\"answerKey\":\"B\"}"),
        Arguments.of(
            "arc-hf.jsonl",
            "arc",
            "{\"id\":\"A1\",\"question\":\"Which gas do plants take in?\",\"choices\":{\"text\":[\"Neon\",\"Carbon dioxide\",\"Argon\",\"Helium\"],\"label\":[\"1\",\"2\",\"3\",\"4\"]},\"answerKey\":\"2\"}"),
        Arguments.of(
            "arc-hf.csv",
            "arc",
            "id,question,choices,answerKey\nA1,Which gas do plants take in?,\"{'text': array(['Neon', 'Carbon dioxide', 'Argon',\n       'Helium'], dtype=object), 'label': array(['A', 'B', 'C', 'D'], dtype=object)}\",B\n"),
        Arguments.of(
            "commonsenseqa.jsonl",
            "arc",
            "{\"id\":\"c1\",\"question\":\"Which gas do plants take in?\",\"question_concept\":\"gas\",\"choices\":{\"label\":[\"A\",\"B\",\"C\",\"D\"],\"text\":[\"Neon\",\"Carbon dioxide\",\"Argon\",\"Helium\"]},\"answerKey\":\"B\"}"),
        Arguments.of(
            "openbookqa.jsonl",
            "arc",
            "{\"id\":\"o1\",\"question_stem\":\"Which gas do plants take in?\",\"choices\":{\"text\":[\"Neon\",\"Carbon dioxide\",\"Argon\",\"Helium\"],\"label\":[\"A\",\"B\",\"C\",\"D\"]},\"answerKey\":\"B\"}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void multipleChoice(String name, String form, String content) throws Exception {
    Question question = only(file(name, content));

    assertThat(checked.files().get(0).form()).isEqualTo(form);
    assertThat(question.text()).isEqualTo(GAS);
    assertThat(question.options()).isEqualTo(GASES);
    assertThat(question.answer()).isEqualTo("B");
  }

  @Test
  void setsWithoutAnOrderOfOptionsGetOneInWhichTheRightOneIsAnywhere() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      rows.append(
          "{\"question\":\"Which gas %d?\",\"distractor3\":\"neon\",\"distractor1\":\"argon\",\"distractor2\":\"helium\",\"correct_answer\":\"carbon dioxide\",\"support\":\"x\"}\n"
              .formatted(i));
    }
    List<Question> questions =
        questions(new ReadAs.Recognised(), file("sciq.jsonl", rows.toString()));

    assertThat(questions)
        .hasSize(100)
        .allSatisfy(
            question ->
                assertThat(question.options().get(question.answer().charAt(0) - 'A'))
                    .isEqualTo("carbon dioxide"));
    assertThat(new TreeSet<>(questions.stream().map(Question::answer).toList()))
        .containsExactly("A", "B", "C", "D");

    Question truthful =
        only(
            file(
                "mc.jsonl",
                "{\"question\":\"Do owls read?\",\"mc1_targets\":{\"choices\":[\"No\",\"Yes\",\"At night\"],\"labels\":[1,0,0]},\"mc2_targets\":{\"choices\":[\"No\",\"Yes\"],\"labels\":[1,0]}}"));
    assertThat(truthful.options().get(truthful.answer().charAt(0) - 'A')).isEqualTo("No");
  }

  @Test
  void givenQuestionsWithoutAnAnswer_whenRead_thenTheyAreLeftOutAndCounted() throws Exception {
    Path squad =
        file(
            "dev-v2.0.json",
            "{\"version\":\"v2.0\",\"data\":[{\"title\":\"X\",\"paragraphs\":[{\"context\":\"c\",\"qas\":["
                + "{\"id\":\"s1\",\"question\":\"Who left?\",\"is_impossible\":false,\"answers\":[{\"text\":\"Ann\",\"answer_start\":0}]},"
                + "{\"id\":\"s2\",\"question\":\"Who stayed?\",\"is_impossible\":true,\"answers\":[],\"plausible_answers\":[{\"text\":\"Bob\",\"answer_start\":3}]}]}]}]}");

    assertThat(ids(squad)).containsExactly("s1");
    assertThat(checked.withoutAnswer()).isEqualTo(1);
    assertThat(checked.unanswered().get(0)).contains("no answer in its paragraph");
    assertThat(checked.refusal(false)).isEmpty();

    ids(file("none.jsonl", "{\"question\":\"what season\",\"answer\":[\")\"]}"));
    assertThat(checked.refusal(false))
        .contains("There is no question to import", "1 have no answer");
  }

  @Test
  void givenGoldsThatSayNothing_whenRead_thenTheyAreNamedAndTheOthersStay() throws Exception {
    Question question =
        only(
            file(
                "nq.jsonl",
                "{\"question\":\"which sign\",\"answer\":[\"*\",\"March\u00a03,\u00a01931\",\" \",\"the sign \u00d7\",\"US\"]}"));

    assertThat(question.answer()).isEqualTo("March 3, 1931");
    assertThat(question.aliases()).containsExactly("the sign \u00d7", "US");
    assertThat(checked.remarks())
        .anyMatch(
            remark -> remark.contains("without a letter or digit") && remark.contains("\"*\""))
        .anyMatch(remark -> remark.contains("no plain spaces"))
        .anyMatch(remark -> remark.contains("one or two letters") && remark.contains("\"US\""));
  }

  @Test
  void numbersThatCountFromOneAreRefusedAsAWhole() throws Exception {
    Path file = file("x_test.csv", "question,A,B,C,D,answer\nq,a,b,c,d,1\nr,a,b,c,d,4\n");

    assertThatThrownBy(() -> ids(file))
        .hasMessageContaining("answer is 4, and there are 4 options")
        .hasMessageContaining("write letters");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"frage\":\"Who?\",\"loesung\":\"Ada\"} | The names of its fields are those of no form that is known: frage, loesung",
        "frage,loesung | The first line names no columns that are known: \"frage\", \"loesung\"",
        "<!DOCTYPE html><html> | is an HTML page",
        "version https://git-lfs.github.com/spec/v1 | is a Git LFS pointer",
        "BZh91 | is compressed by bzip2",
      })
  void whatIsOfNoKnownFormIsNamed(String content, String sentence) throws Exception {
    Path file = file("data", content + "\n");

    for (ReadAs readAs : List.of(new ReadAs.Recognised(), new ReadAs.Named(QuestionFormat.MMLU))) {
      if (!content.startsWith("{") || readAs instanceof ReadAs.Recognised) {
        assertThatThrownBy(() -> questions(readAs, file))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(file.toString())
            .hasMessageContaining(sentence);
      }
    }
  }

  @Test
  void utf16IsNamedWithAndWithoutItsMark() throws Exception {
    String text = "{\"question\":\"who\",\"answer\":[\"Ada\"]}\n";
    for (String content : List.of(text, "\ufeff" + text)) {
      Path file = Files.write(folder.resolve("utf16.jsonl"), content.getBytes(UTF_16LE));
      for (QuestionFormat format : List.of(QuestionFormat.NQ_OPEN, QuestionFormat.JSONL)) {
        assertThatThrownBy(() -> questions(new ReadAs.Named(format), file))
            .hasMessageContaining("is UTF-16, not UTF-8");
      }
    }
  }

  @Test
  void compressedFilesAreUnpackedAndCutOnesAreASentence() throws Exception {
    byte[] text =
        "{\"question_id\":\"r1\",\"open_ended\":{\"question\":\"Which?\",\"answer\":\"Seine\"}}\n"
            .getBytes(UTF_8);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(text);
    }
    for (byte[] packed : List.of(gzip.toByteArray(), Zstd.compress(text))) {
      Path file = Files.write(folder.resolve("own.packed"), packed);
      assertThat(ids(file)).containsExactly("r1");

      byte[] cut = Arrays.copyOf(packed, packed.length / 2);
      Path broken = Files.write(folder.resolve("cut.packed"), cut);
      assertThatThrownBy(() -> ids(broken)).hasMessageContaining("is damaged or cut off");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionCodecName.class,
      names = {"UNCOMPRESSED", "SNAPPY", "ZSTD"})
  void parquetIsReadInEachCompressionThatHuggingFaceUses(CompressionCodecName codec)
      throws Exception {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message schema {
              optional binary question (STRING);
              optional binary subject (STRING);
              optional group choices (LIST) {
                repeated group list { optional binary element (STRING); }
              }
              optional int64 answer;
            }
            """);
    Path file = folder.resolve(codec + ".parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withCompressionCodec(codec)
            .build()) {
      Group row = new SimpleGroup(schema);
      row.add("question", GAS);
      row.add("subject", "high_school_biology");
      Group choices = row.addGroup("choices");
      GASES.forEach(gas -> choices.addGroup("list").add("element", gas));
      row.add("answer", 1L);
      writer.write(row);
    }

    Question question = only(file);

    assertThat(question.options()).isEqualTo(GASES);
    assertThat(question.answer()).isEqualTo("B");
    assertThat(question.subject()).isEqualTo("high school biology");

    Path cut = folder.resolve("cut.parquet");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(file), 60));
    assertThatThrownBy(() -> ids(cut))
        .hasMessageContaining("is a Parquet file that cannot be read");
  }

  @Test
  void anyOtherFormIsReadByAMapping() throws Exception {
    Path open =
        file(
            "own.jsonl",
            "{\"nr\":3,\"text\":{\"de\":\"Wer?\"},\"loesungen\":[\"Ada\",\"Ada L\"],\"auch\":\"A. L.\",\"fach\":\"x\"}");
    Path choice = file("medmcqa.csv", "frage,opa,opb,opc,cop\nWas?,Neon,Argon,Helium,2\n");

    assertThat(
            questions(
                mapped(
                    "question",
                    "text.de",
                    "answer",
                    "loesungen",
                    "aliases",
                    "auch",
                    "id",
                    "nr",
                    "subject",
                    "fach"),
                open))
        .singleElement()
        .satisfies(
            question -> {
              assertThat(question.id()).isEqualTo("3");
              assertThat(question.text()).isEqualTo("Wer?");
              assertThat(question.answer()).isEqualTo("Ada");
              assertThat(question.aliases()).containsExactly("Ada L", "A. L.");
              assertThat(question.subject()).isEqualTo("x");
            });
    assertThat(
            questions(
                mapped("question", "frage", "options", "opa,opb,opc", "target", "cop"), choice))
        .singleElement()
        .extracting(Question::answer)
        .isEqualTo("C");
    assertThatThrownBy(() -> questions(mapped("question", "prompt", "answer", "opa"), choice))
        .hasMessageContaining("--field asks for prompt, opa");
    Path unclear = file("unclear.csv", "q,a,b,t\nHow many?,1,2,1\n");
    questions(mapped("question", "q", "options", "a,b", "target", "t"), unclear);
    assertThat(checked.mistakes().get(0)).contains("which one is meant?");
  }

  @Test
  void aFileOfAnotherFormThanIsNamedIsNeverSkipped() throws Exception {
    questions(
        new ReadAs.Named(QuestionFormat.NQ_OPEN),
        file(
            "arc.jsonl",
            "{\"id\":\"A1\",\"question\":\"q\",\"choices\":{\"text\":[\"a\",\"b\"],\"label\":[\"A\",\"B\"]},\"answerKey\":\"B\"}"));

    for (boolean skipBad : List.of(false, true)) {
      assertThat(checked.refusal(skipBad))
          .contains("None of the 1 records", "read as nq-open", "those of the form arc")
          .doesNotContain("--skip-bad");
    }
  }

  @Test
  void mostlyUnusableFilesAreNotToBeSkippedAndEmptyOnesAreNamed() throws Exception {
    ids(file("q.jsonl", "{\"question\":\"q\",\"answer\":[\"a\"]}\nx\ny\n"));
    assertThat(checked.refusal(false))
        .contains("may be of another form")
        .doesNotContain("--skip-bad");

    ids(file("empty.jsonl", ""));
    assertThat(checked.refusal(true)).contains("empty.jsonl has no questions in it");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static ReadAs mapped(String... partsAndNames) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < partsAndNames.length; i += 2) {
      fields.put(partsAndNames[i], partsAndNames[i + 1]);
    }
    return new ReadAs.Mapped(new FieldMapping(fields));
  }

  private Question only(Path file) throws IOException {
    List<Question> questions = questions(new ReadAs.Recognised(), file);
    assertThat(checked.mistakes()).isEmpty();
    assertThat(questions).hasSize(1);
    return questions.get(0);
  }

  private List<String> ids(Path file) throws IOException {
    return questions(new ReadAs.Recognised(), file).stream().map(Question::id).toList();
  }

  private List<Question> questions(ReadAs readAs, Path file) throws IOException {
    QuestionImport source =
        new QuestionImport(
            readAs,
            List.of(file),
            Adjustments.NONE,
            new Choice.All(),
            WireFormat.JSON,
            RecordLimits.DEFAULT,
            (writing, records, bytes, totalBytes) -> {});
    checked = source.check();
    List<QuestionEvent> events = new ArrayList<>();
    source.write(checked, events::addAll);
    assertThat(source.preview(checked, 1)).isEqualTo(events.subList(0, Math.min(1, events.size())));
    return events.stream().map(QuestionEvent::question).toList();
  }
}
