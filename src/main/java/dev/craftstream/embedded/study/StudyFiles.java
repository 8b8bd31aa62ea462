package dev.craftstream.embedded.study;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonSyntaxException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import dev.craftstream.embedded.study.StudyData.ArmDataset;
import dev.craftstream.embedded.study.StudyData.Initial;
import dev.craftstream.embedded.study.StudyData.Knowledge;
import dev.craftstream.embedded.study.StudyData.Setting;
import dev.craftstream.embedded.study.StudyData.Tuned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The study's results on the disk, a JSON file for each step; what is there is not done again. */
final class StudyFiles {
  private static final Gson JSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .registerTypeAdapter(double.class, new DefinedNumbers())
          .registerTypeAdapter(Double.class, new DefinedNumbers())
          .create();

  private final Path folder;

  /** JSON has no number for what is undefined: null stands for it. */
  private static final class DefinedNumbers extends TypeAdapter<Double> {
    @Override
    public void write(JsonWriter out, Double value) throws IOException {
      if (Double.isFinite(value)) {
        out.value(value);
      } else {
        out.nullValue();
      }
    }

    @Override
    public Double read(JsonReader in) throws IOException {
      if (in.peek() == JsonToken.NULL) {
        in.nextNull();
        return Double.NaN;
      }
      return in.nextDouble();
    }
  }

  StudyFiles(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  Path folder() {
    return folder;
  }

  Optional<Setting> setting() throws IOException {
    return read("setting", Setting.class);
  }

  Optional<Knowledge> knowledge() throws IOException {
    return read("knowledge", Knowledge.class);
  }

  Optional<Initial> initial() throws IOException {
    return read("initial", Initial.class);
  }

  Optional<ArmDataset> dataset(Arm arm) throws IOException {
    return read("dataset-" + arm.name(), ArmDataset.class);
  }

  Optional<Tuned> tuned(Arm arm, int seed) throws IOException {
    return read(arm.checkpointId(seed), Tuned.class);
  }

  void write(Setting setting) throws IOException {
    write("setting", setting);
  }

  void write(Knowledge knowledge) throws IOException {
    write("knowledge", knowledge);
  }

  void write(Initial initial) throws IOException {
    write("initial", initial);
  }

  void write(Arm arm, ArmDataset dataset) throws IOException {
    write("dataset-" + arm.name(), dataset);
  }

  void write(Arm arm, Tuned tuned) throws IOException {
    write(arm.checkpointId(tuned.seed()), tuned);
  }

  /** All that there is; empty before INITIAL, REHEARSAL and a first model are measured. */
  Optional<StudyData> data() throws IOException {
    Optional<Setting> setting = setting();
    Optional<Knowledge> knowledge = knowledge();
    Optional<Initial> initial = initial();
    if (setting.isEmpty() || knowledge.isEmpty() || initial.isEmpty()) {
      return Optional.empty();
    }
    List<ArmDataset> datasets = new ArrayList<>();
    List<Tuned> tuned = new ArrayList<>();
    for (Arm arm : Arm.ALL) {
      dataset(arm).ifPresent(datasets::add);
      for (int seed : setting.get().trainingSeeds()) {
        tuned(arm, seed).ifPresent(tuned::add);
      }
    }
    return tuned.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new StudyData(setting.get(), knowledge.get(), initial.get(), datasets, tuned));
  }

  /** Writes a file as a whole or not at all. */
  void write(String name, Object value) throws IOException {
    Path part = folder.resolve(name + ".part");
    Files.writeString(part, JSON.toJson(value) + "\n");
    Files.move(part, file(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private <T> Optional<T> read(String name, Class<T> type) throws IOException {
    Path file = file(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.fromJson(Files.readString(file), type));
    } catch (JsonSyntaxException e) {
      throw new IOException(
          file + " is no result of the study; delete it, and it is made again.", e);
    }
  }

  private Path file(String name) {
    return folder.resolve(name + ".json");
  }
}
