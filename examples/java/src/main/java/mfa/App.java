package mfa;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumi.core.TypeShape;
import com.pulumi.deployment.Deployment;
import com.pulumi.deployment.InvokeOptions;
import com.pulumi.mfa.DeviceAssociation;
import com.pulumi.mfa.DeviceAssociationArgs;
import com.pulumi.mfa.Utilities;
import com.pulumi.mfa.inputs.RosterPlainArgs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Declares who may hold which MFA device: one association for each device of the roster. */
public final class App {
  public static void main(String[] arguments) {
    Pulumi.run(App::declare);
  }

  static void declare(Context context) {
    roster("roster.yaml").forEach((name, device) -> new DeviceAssociation(name, DeviceAssociationArgs.builder()
        .serialNumber((String) device.get("serialNumber"))
        .userName(said(device, "userName"))
        .rootAccountId(said(device, "rootAccountId"))
        .onLastDevice(said(device, "onLastDevice"))
        .onDestroy(said(device, "onDestroy"))
        .requireActive((Boolean) device.get("requireActive"))
        .renew(said(device, "renew"))
        .seedSource(said(device, "seedSource"))
        .build()));
  }

  /** What the roster says, and nothing where it says nothing. */
  private static Output<String> said(Map<String, Object> device, String name) {
    var text = (String) device.get(name);
    return text == null ? null : Output.of(text);
  }

  /**
   * The devices of a roster by name. The generated {@code MfaFunctions.roster} returns nothing: Pulumi's SDKs for Java know
   * no function whose result is a map.
   */
  private static Map<String, Map<String, Object>> roster(String file) {
    var devices = TypeShape.<Map<String, Map<String, Object>>>builder(Map.class)
        .addParameter(TypeShape.of(String.class))
        .addParameter(TypeShape.map(String.class, Object.class))
        .build();
    var result = TypeShape.<Map<String, Map<String, Map<String, Object>>>>builder(Map.class)
        .addParameter(TypeShape.of(String.class))
        .addParameter(devices)
        .build();
    try {
      var text = RosterPlainArgs.builder().text(Files.readString(Path.of(file))).build();
      var options = Utilities.withVersion(InvokeOptions.Empty);
      return Deployment.getInstance()
          .invokeAsync("mfa:index/roster:roster", result, text, options, Utilities.getPackageRef())
          .join()
          .get("result");
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
