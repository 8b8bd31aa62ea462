package dev.craftstream.topics.schemas;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The schemas as protoc read them when the project was built, with their comments. */
final class Descriptors {
  private static final String RESOURCE = "/schemas.binpb";
  private static final String FOLDER = "craftstream/v1/";

  private final FileDescriptorSet files;
  private final Map<String, String> comments = new HashMap<>();

  private Descriptors(FileDescriptorSet files) {
    this.files = files;
    files.getFileList().forEach(this::collect);
  }

  static Descriptors read() {
    try (InputStream in = Descriptors.class.getResourceAsStream(RESOURCE)) {
      FileDescriptorSet.Builder own = FileDescriptorSet.newBuilder();
      FileDescriptorSet.parseFrom(in).getFileList().stream()
          .filter(file -> file.getName().startsWith(FOLDER))
          .forEach(own::addFile);
      return new Descriptors(own.build());
    } catch (IOException e) {
      throw new UncheckedIOException("The schemas can't be read from the jar.", e);
    }
  }

  /** Those of the topics. */
  FileDescriptorSet files() {
    return files;
  }

  /**
   * What the schema says of a message, a field or an enum, on one line; empty where it says
   * nothing.
   *
   * @param name in full, such as {@code craftstream.v1.Instruction.label}
   */
  String comment(String name) {
    return comments.getOrDefault(name, "");
  }

  private void collect(FileDescriptorProto file) {
    for (Location location : file.getSourceCodeInfo().getLocationList()) {
      if (location.hasLeadingComments()) {
        String name = name(file, location.getPathList());
        if (!name.isEmpty()) {
          comments.put(
              file.getPackage() + "." + name,
              location.getLeadingComments().strip().replaceAll("\\s+", " "));
        }
      }
    }
  }

  /** What a place in the file is, by descriptor.proto; empty where it is something else. */
  private static String name(FileDescriptorProto file, List<Integer> path) {
    if (path.size() < 2) {
      return "";
    }
    if (path.get(0) == FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER) {
      DescriptorProto message = file.getMessageType(path.get(1));
      if (path.size() == 2) {
        return message.getName();
      }
      return path.size() == 4 && path.get(2) == DescriptorProto.FIELD_FIELD_NUMBER
          ? message.getName() + "." + message.getField(path.get(3)).getName()
          : "";
    }
    if (path.get(0) == FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER) {
      EnumDescriptorProto type = file.getEnumType(path.get(1));
      return path.size() == 2 ? type.getName() : "";
    }
    return "";
  }
}
