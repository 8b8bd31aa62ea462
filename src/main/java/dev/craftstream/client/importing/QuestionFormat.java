package dev.craftstream.client.importing;

import dev.craftstream.client.importing.forms.Arc;
import dev.craftstream.client.importing.forms.ChatRows;
import dev.craftstream.client.importing.forms.LetteredOptions;
import dev.craftstream.client.importing.forms.ListedOptions;
import dev.craftstream.client.importing.forms.MmluPro;
import dev.craftstream.client.importing.forms.NqOpen;
import dev.craftstream.client.importing.forms.OwnEvents;
import dev.craftstream.client.importing.forms.PopQa;
import dev.craftstream.client.importing.forms.QuestionForm;
import dev.craftstream.client.importing.forms.SciQ;
import dev.craftstream.client.importing.forms.SimpleQa;
import dev.craftstream.client.importing.forms.Squad;
import dev.craftstream.client.importing.forms.TriviaQa;
import dev.craftstream.client.importing.forms.TriviaQaRows;
import dev.craftstream.client.importing.forms.TruthfulQa;
import dev.craftstream.client.importing.forms.TruthfulQaChoices;
import dev.craftstream.client.importing.forms.WebQuestions;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import java.util.List;

/** The sets whose forms are known, and the names by which each is known. */
public enum QuestionFormat {
  JSONL(
      "jsonl",
      "the job's own question events, one a line or in a list",
      "question_id, and open_ended, multiple_choice or removal",
      new OwnEvents()),
  TRIVIAQA(
      "triviaqa",
      "TriviaQA as published, and Hugging Face's rows",
      "QuestionId, Question, Answer; or question_id, question, answer.value",
      new TriviaQa(),
      new TriviaQaRows()),
  MMLU_PRO("mmlu-pro", "MMLU-Pro", "question, options, answer, answer_index", new MmluPro()),
  MMLU(
      "mmlu cmmlu ceval",
      "MMLU, CMMLU, C-Eval: CSV with names, and Hugging Face's rows; MMLU as published, without names",
      "question, A, B, ..., answer or target; or question, choices, answer",
      new LetteredOptions(),
      new ListedOptions()),
  ARC(
      "arc commonsenseqa openbookqa",
      "ARC, CommonsenseQA, OpenBookQA as published, and Hugging Face's rows",
      "question, choices with text and label, answerKey",
      new Arc()),
  POPQA("popqa", "PopQA", "question, obj, possible_answers", new PopQa()),
  SCIQ("sciq", "SciQ", "question, correct_answer, distractor1, ...", new SciQ()),
  TRUTHFULQA(
      "truthfulqa",
      "TruthfulQA's CSV, and Hugging Face's rows of both kinds",
      "Question, Best Answer, Correct Answers; or question, mc1_targets",
      new TruthfulQa(),
      new TruthfulQaChoices()),
  SQUAD(
      "squad",
      "SQuAD 1.1 and 2.0 as published, and Hugging Face's rows; the paragraph is left out",
      "id, question, answers with text and answer_start",
      new Squad()),
  SIMPLEQA(
      "simpleqa", "SimpleQA and SimpleQA Verified", "problem, answer, metadata", new SimpleQa()),
  WEBQUESTIONS(
      "webquestions",
      "WebQuestions as published, and Hugging Face's rows",
      "url, utterance, targetValue; or url, question, answers",
      new WebQuestions()),
  CHAT(
      "chat",
      "rows of messages: one question of the user, one answer of the assistant",
      "messages; or conversations; or prompt and completion",
      new ChatRows()),
  NQ_OPEN(
      "nq-open",
      "NQ-open, and other sets of questions and answers",
      "question, answer or answers",
      new NqOpen());

  private final List<String> words;
  private final String sets;
  private final String names;
  private final List<QuestionForm> forms;

  QuestionFormat(String words, String sets, String names, QuestionForm... forms) {
    this.words = List.of(words.split(" "));
    this.sets = sets;
    this.names = names;
    this.forms = List.of(forms);
  }

  /** As it is written on the command line. */
  public String word() {
    return words.get(0);
  }

  /** All words that it is known by on the command line, {@link #word} first. */
  public List<String> words() {
    return words;
  }

  /** Which sets have it. */
  public String sets() {
    return sets;
  }

  /** The names that a record of it has, for people. */
  public String names() {
    return names;
  }

  List<QuestionForm> forms() {
    return forms;
  }

  /** Whether a record's names are those of one of its forms. */
  boolean fits(Row row) throws UnreadableRecord {
    for (QuestionForm form : forms) {
      if (form.fits(row)) {
        return true;
      }
    }
    return false;
  }
}
