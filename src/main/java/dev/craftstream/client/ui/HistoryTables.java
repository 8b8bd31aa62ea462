package dev.craftstream.client.ui;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.Table;
import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.client.report.Wording;
import dev.craftstream.client.watch.QuestionHistory;
import dev.craftstream.client.watch.QuestionHistory.At;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.CertaintyKind;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.DropReason;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A question's history, as tables. */
final class HistoryTables {
  private final QuestionHistory history;
  private final Times times;

  HistoryTables(QuestionHistory history, Times times) {
    this.history = history;
    this.times = times;
  }

  boolean knowsAnything() {
    return !history.contents().isEmpty()
        || !history.measurements().isEmpty()
        || !history.labels().isEmpty()
        || !history.memberships().isEmpty()
        || !history.letters().isEmpty();
  }

  Table measurements() {
    List<Row> rows = new ArrayList<>();
    for (At<KnowledgeRecord> at : history.measurements()) {
      KnowledgeRecord knowledge = at.record();
      boolean evaluated = knowledge.getPurpose() == Purpose.PURPOSE_EVALUATE;
      rows.add(
          Row.of(
              Cell.name(knowledge.getCheckpointId()).withNote(Names.constant(knowledge.getRole())),
              Cell.of(Wording.figure(knowledge.getCorrectness())),
              Cell.of(
                  evaluated || knowledge.getCertaintyKind() == CertaintyKind.CERTAINTY_KIND_NONE
                      ? "–"
                      : Wording.figure(knowledge.getCertainty())),
              Cell.of(samples(knowledge)),
              Cell.of(
                  knowledge.getRefusedSamples() == 0
                      ? "–"
                      : Wording.count(knowledge.getRefusedSamples())),
              Cell.of(Wording.count(knowledge.getQuestionVersion())),
              Cell.of(times.second(at.writtenAt()))));
    }
    return new Table(
        "Measurements",
        "numbers history",
        List.of(
            Column.text("Measured under", 0),
            Column.number("correctness", 0),
            Column.number("certainty", 0),
            Column.number("right samples", 0),
            Column.number("refused", 0),
            Column.number("version", 0),
            Column.number("when", 0)),
        rows);
  }

  private static String samples(KnowledgeRecord knowledge) {
    return knowledge.getSamples() == 0
        ? "–"
        : "%d of %d".formatted(knowledge.getCorrectSamples(), knowledge.getSamples());
  }

  Table labels() {
    List<Row> rows = new ArrayList<>();
    for (At<Instruction> at : history.labels()) {
      Instruction instruction = at.record();
      Basis basis = instruction.getBasis();
      rows.add(
          Row.of(
              Cell.tag(
                      Names.label(instruction.getLabel()),
                      Names.label(instruction.getLabel()).toLowerCase(Locale.ROOT))
                  .withNote(reason(basis.getDropReason())),
              Cell.of(Names.constant(instruction.getStage()).toLowerCase(Locale.ROOT)),
              Cell.of(
                  basis.getInitialCheckpointId()
                      + (basis.getRehearsalCheckpointId().isEmpty()
                          ? ""
                          : " → " + basis.getRehearsalCheckpointId())),
              Cell.of(Wording.figure(basis.getInitialCorrectness())),
              Cell.of(basis.hasKnowledgeFlow() ? Wording.signed(basis.getKnowledgeFlow()) : "–"),
              Cell.of(basis.hasSureness() ? Wording.figure(basis.getSureness()) : "–"),
              Cell.of(
                  instruction.getLabel() == Label.LABEL_DROPPED ? "–" : instruction.getResponse()),
              Cell.of(times.second(at.writtenAt()))));
    }
    return new Table(
        "Labels",
        "numbers history labels-of-one",
        List.of(
            Column.text("Label", 0),
            Column.text("stage", 0),
            Column.text("rests on", 0),
            Column.number("correctness", 0),
            Column.number("flow", 0),
            Column.number("sureness", 0),
            Column.text("what the model is taught to say", 0),
            Column.number("when", 0)),
        rows);
  }

  private static String reason(DropReason reason) {
    var known = Names.dropReason(reason);
    return known == null ? "" : Wording.of(known);
  }

  Table memberships() {
    List<Row> rows = new ArrayList<>();
    for (At<DatasetRecord> at : history.memberships()) {
      DatasetRecord member = at.record();
      String label = Names.label(member.getLabel());
      rows.add(
          Row.of(
              Cell.name(member.getDatasetId()).withNote(Names.kind(member.getKind())),
              member.getLabel() == Label.LABEL_UNSPECIFIED
                  ? Cell.of("–")
                  : Cell.tag(label, label.toLowerCase(Locale.ROOT)),
              Cell.of(Names.constant(member.getMark()).toLowerCase(Locale.ROOT)),
              Cell.of(Wording.count(Math.max(1, member.getCopies()))),
              Cell.of(times.second(at.writtenAt()))));
    }
    return new Table(
        "Datasets",
        "numbers history memberships",
        List.of(
            Column.text("Dataset", 0),
            Column.text("label", 0),
            Column.text("mark", 0),
            Column.number("copies", 0),
            Column.number("when", 0)),
        rows);
  }

  Table letters() {
    List<Row> rows = new ArrayList<>();
    for (At<DeadLetter> at : history.letters()) {
      DeadLetter letter = at.record();
      rows.add(
          Row.of(
              Cell.name(Names.constant(letter.getReason())),
              Cell.of(letter.getCheckpointId().isEmpty() ? "–" : letter.getCheckpointId()),
              Cell.of(letter.getExplanation()),
              Cell.of(times.second(at.writtenAt()))));
    }
    return new Table(
        "Dead letters",
        "history",
        List.of(
            Column.text("Reason", 0),
            Column.text("under", 0),
            Column.text("explanation", 0),
            Column.text("when", 0)),
        rows);
  }
}
