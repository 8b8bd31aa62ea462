package dev.craftstream.topics.records;

import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.v1.Announcement;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Records of the {@code model-checkpoints} topic to events. The record at offset n is model time n
 * + 1; a record that cannot be used leaves a gap, which is fine.
 *
 * <p>The key may be absent, for the value names the checkpoint; where it is there, it has to be the
 * same id. A record without a value means nothing here: a checkpoint goes by a retirement.
 */
public final class ModelCheckpointParser implements RecordParser<ModelCheckpointEvent> {
  private static final long serialVersionUID = 1L;

  private final WireFormat format;
  private final RecordLimits limits;

  public ModelCheckpointParser(WireFormat format, RecordLimits limits) {
    this.format = format;
    this.limits = limits;
  }

  @Override
  public TypeInformation<ModelCheckpointEvent> eventType() {
    return TypeInformation.of(ModelCheckpointEvent.class);
  }

  @Override
  public Parsed<ModelCheckpointEvent> parse(OriginalRecord original) {
    String checkpointId = "";
    try {
      FieldRules.size(original, limits);
      String key = FieldRules.key(original);
      if (original.value() == null) {
        throw Rejection.invalid(
            "The record has no value; an announcement or a retirement is allowed.");
      }
      var message = dev.craftstream.v1.ModelCheckpointEvent.newBuilder();
      Messages.read(format, original.value(), message);
      FieldRules.id("checkpoint_id", message.getCheckpointId());
      FieldRules.keyNames(key, "checkpoint_id", message.getCheckpointId());
      checkpointId = message.getCheckpointId();
      long modelTime = original.origin().offset() + 1;
      ModelCheckpoint announced =
          switch (message.getChangeCase()) {
            case ANNOUNCEMENT -> announced(checkpointId, modelTime, message.getAnnouncement());
            case RETIREMENT -> null;
            case CHANGE_NOT_SET ->
                throw Rejection.invalid(
                    "The event says nothing of checkpoint %s; exactly one of announcement and retirement is allowed."
                        .formatted(Rejection.shown(checkpointId)));
          };
      return new Parsed.Event<>(
          new ModelCheckpointEvent(checkpointId, modelTime, announced, original));
    } catch (Rejection e) {
      return new Parsed.Rejected<>(e.deadLetter(original, "", checkpointId));
    }
  }

  private static ModelCheckpoint announced(String id, long modelTime, Announcement announcement)
      throws Rejection {
    Role role = role(announcement);
    String base = announcement.getBaseCheckpointId();
    if (role == Role.INITIAL) {
      if (!base.isEmpty()) {
        throw Rejection.invalid(
            "announcement.base_checkpoint_id is %s; for ROLE_INITIAL only nothing is allowed."
                .formatted(Rejection.shown(base)));
      }
    } else {
      FieldRules.id("announcement.base_checkpoint_id", base);
      if (base.equals(id)) {
        throw Rejection.invalid(
            "announcement.base_checkpoint_id is %s, the checkpoint itself; the INITIAL checkpoint that it was made from is allowed."
                .formatted(Rejection.shown(base)));
      }
    }
    return new ModelCheckpoint(id, modelTime, role, base, serving(announcement.getServing()));
  }

  private static Role role(Announcement announcement) throws Rejection {
    return switch (announcement.getRole()) {
      case ROLE_INITIAL -> Role.INITIAL;
      case ROLE_REHEARSAL -> Role.REHEARSAL;
      case ROLE_TUNED -> Role.TUNED;
      case ROLE_UNSPECIFIED, UNRECOGNIZED ->
          throw Rejection.invalid(
              "announcement.role is %s; allowed are %s."
                  .formatted(
                      missingOrNumber(announcement.getRoleValue()),
                      JsonReader.enumNames(dev.craftstream.v1.Role.getDescriptor())));
    };
  }

  private static Serving serving(dev.craftstream.v1.Serving serving) throws Rejection {
    FieldRules.name("announcement.serving.model_name", serving.getModelName());
    version("announcement.serving.model_version", serving.getModelVersion());
    if (!serving.getAdapterName().isEmpty()) {
      FieldRules.name("announcement.serving.adapter_name", serving.getAdapterName());
    }
    Contract contract = contract(serving);
    String embedding = "announcement.serving.embedding_model_name";
    String embeddingVersion = "announcement.serving.embedding_model_version";
    switch (contract) {
      case CRAFT -> {
        if (serving.getEmbeddingModelName().isEmpty()) {
          nothingWithoutModel(embeddingVersion, serving.getEmbeddingModelVersion());
        } else {
          FieldRules.name(embedding, serving.getEmbeddingModelName());
          version(embeddingVersion, serving.getEmbeddingModelVersion());
        }
      }
      case VLLM, LLMAPI -> {
        FieldRules.name(embedding, serving.getEmbeddingModelName());
        version(embeddingVersion, serving.getEmbeddingModelVersion());
      }
    }
    return new Serving(
        serving.getModelName(),
        serving.getModelVersion(),
        contract,
        serving.getEmbeddingModelName(),
        serving.getEmbeddingModelVersion(),
        serving.getAdapterName());
  }

  private static Contract contract(dev.craftstream.v1.Serving serving) throws Rejection {
    return switch (serving.getContract()) {
      case CONTRACT_CRAFT -> Contract.CRAFT;
      case CONTRACT_VLLM -> Contract.VLLM;
      case CONTRACT_LLMAPI -> Contract.LLMAPI;
      case CONTRACT_UNSPECIFIED, UNRECOGNIZED ->
          throw Rejection.invalid(
              "announcement.serving.contract is %s; allowed are %s."
                  .formatted(
                      missingOrNumber(serving.getContractValue()),
                      JsonReader.enumNames(dev.craftstream.v1.Contract.getDescriptor())));
    };
  }

  private static String missingOrNumber(int number) {
    return number == 0 ? "missing" : "the number " + number;
  }

  private static void nothingWithoutModel(String field, String value) throws Rejection {
    if (!value.isEmpty()) {
      throw Rejection.invalid(
          "%s is %s, but no embedding model is named; only nothing is allowed."
              .formatted(field, Rejection.shown(value)));
    }
  }

  /** Triton numbers a model's versions. */
  private static void version(String field, String version) throws Rejection {
    if (!version.isEmpty() && !version.matches("[1-9][0-9]{0,17}")) {
      throw Rejection.invalid(
          "%s is %s; a whole number from 1 is allowed, or nothing for the server's choice."
              .formatted(field, Rejection.shown(version)));
    }
  }
}
