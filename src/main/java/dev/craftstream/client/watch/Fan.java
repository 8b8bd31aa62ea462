package dev.craftstream.client.watch;

import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.RecordPlace;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.List;

/** Hands each record to several handlers, so that it is parsed once. */
public final class Fan implements RecordHandler {
  private final List<RecordHandler> handlers;

  public Fan(RecordHandler... handlers) {
    this.handlers = List.of(handlers);
  }

  @Override
  public void begin(RecordPlace place) {
    handlers.forEach(handler -> handler.begin(place));
  }

  @Override
  public void add(QuestionEvent event) {
    handlers.forEach(handler -> handler.add(event));
  }

  @Override
  public void add(ModelCheckpointEvent event, long writtenAt) {
    handlers.forEach(handler -> handler.add(event, writtenAt));
  }

  @Override
  public void add(KnowledgeRecord knowledge) {
    handlers.forEach(handler -> handler.add(knowledge));
  }

  @Override
  public void add(Instruction instruction) {
    handlers.forEach(handler -> handler.add(instruction));
  }

  @Override
  public void add(DatasetRecord member) {
    handlers.forEach(handler -> handler.add(member));
  }

  @Override
  public void add(DatasetManifest manifest) {
    handlers.forEach(handler -> handler.add(manifest));
  }

  @Override
  public void add(Evaluation evaluation) {
    handlers.forEach(handler -> handler.add(evaluation));
  }

  @Override
  public void add(DeadLetter letter, long writtenAt) {
    handlers.forEach(handler -> handler.add(letter, writtenAt));
  }

  @Override
  public void removeKnowledge(String questionId) {
    handlers.forEach(handler -> handler.removeKnowledge(questionId));
  }

  @Override
  public void removeInstructions(String questionId) {
    handlers.forEach(handler -> handler.removeInstructions(questionId));
  }

  @Override
  public void removeManifest(String datasetId) {
    handlers.forEach(handler -> handler.removeManifest(datasetId));
  }
}
