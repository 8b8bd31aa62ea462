package dev.craftstream.client.ui;

import dev.craftstream.client.LiveCheckpoints.Life;
import dev.craftstream.client.report.Picture;
import dev.craftstream.client.report.Wording;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The newest model checkpoints in the order of their announcements, a lane for each role, each
 * joined to the one that it was made from.
 *
 * @param width in the units of the drawing
 * @param lanes the roles' names and where their lines lie
 * @param joints from a base to what was made from it
 */
public record TimeLine(
    String description,
    double width,
    double height,
    List<Picture.Text> lanes,
    List<Picture.Line> lines,
    List<Joint> joints,
    List<Stop> stops) {
  private static final int MOST = 24;
  private static final double LEFT = 124;
  private static final double APART = 132;
  private static final double UPPER = 22;
  private static final double LANE = 74;
  private static final int NAME = 17;
  private static final double BELOW = 48;

  /**
   * A model checkpoint.
   *
   * @param style the role in lower case, and {@code retired} where it is
   */
  public record Stop(String style, double x, double y, String name, String below, String tooltip) {}

  /**
   * From a base down to a lane, and along it to what was made from the base.
   *
   * @param style the role in lower case
   */
  public record Joint(String style, double x1, double y1, double x2, double y2) {}

  static TimeLine of(List<Life> all, Times times) {
    List<Life> lives = all.subList(Math.max(0, all.size() - MOST), all.size());
    double width = Math.max(640, LEFT + APART * lives.size() + 24);
    List<Picture.Text> lanes = new ArrayList<>();
    List<Picture.Line> lines = new ArrayList<>();
    for (Role role : Role.values()) {
      double y = y(role);
      lanes.add(new Picture.Text("axis start", 4, y + 5, role.name()));
      lines.add(new Picture.Line(LEFT - 8, y, width - 12, y));
    }
    Map<String, Stop> byId = new HashMap<>();
    List<Stop> stops = new ArrayList<>();
    List<Joint> joints = new ArrayList<>();
    for (int i = 0; i < lives.size(); i++) {
      Life life = lives.get(i);
      ModelCheckpoint checkpoint = life.checkpoint();
      Stop stop =
          new Stop(
              checkpoint.role().name().toLowerCase(Locale.ROOT) + (life.isLive() ? "" : " retired"),
              LEFT + APART * i,
              y(checkpoint.role()),
              Wording.shortened(checkpoint.id(), NAME),
              times.minute(life.announced()),
              "%s, %s, model time %d, announced %s%s"
                  .formatted(
                      checkpoint.id(),
                      checkpoint.serving().shown(),
                      checkpoint.announcedAt(),
                      times.second(life.announced()),
                      life.isLive() ? "" : ", retired " + times.second(life.retired())));
      stops.add(stop);
      byId.put(checkpoint.id(), stop);
      Stop base = byId.get(checkpoint.baseId());
      if (base != null) {
        joints.add(
            new Joint(
                checkpoint.role().name().toLowerCase(Locale.ROOT),
                base.x(),
                base.y(),
                stop.x(),
                stop.y()));
      }
    }
    return new TimeLine(
        "The model checkpoints in the order of their announcements; the table below tells the same",
        width,
        UPPER + LANE * (Role.values().length - 1) + BELOW,
        lanes,
        lines,
        joints,
        stops);
  }

  private static double y(Role role) {
    return UPPER + LANE * role.ordinal();
  }
}
