package mfa;

import com.google.gson.Gson;
import com.pulumi.automation.LocalWorkspace;
import com.pulumi.automation.LocalWorkspaceOptions;
import com.pulumi.automation.UpOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs the example's program inline, in the current folder, which has a Pulumi.yaml. */
final class Drive {
  public static void main(String[] arguments) throws Exception {
    var here = LocalWorkspaceOptions.builder().workDir(Path.of("").toAbsolutePath()).build();
    try (var stack = LocalWorkspace.createOrSelectStack("test", "dev", App::declare, here)) {
      var done = stack.up(UpOptions.builder().onStandardOutput(System.out::println).build());
      Map<String, Integer> changes = done.summary().resourceChanges().entrySet().stream()
          .collect(Collectors.toMap(change -> change.getKey().toString().toLowerCase(), Map.Entry::getValue));
      System.out.println(new Gson().toJson(changes));
    }
  }
}
