// Runs the compiled example as an inline program: drive.js PROGRAM COMMAND, in a folder with a Pulumi.yaml.
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

async function main(program, command) {
  const run = async () => {
    const loaded = require(program);
    return typeof loaded === "function" ? loaded() : loaded;
  };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "dev", projectName: "test", program: run },
    { workDir: process.cwd() },
  );
  const done = await stack[command]({ color: "never", onOutput: (text) => process.stdout.write(text) });
  console.log(JSON.stringify(done.summary.resourceChanges));
}

main(process.argv[2], process.argv[3]).catch((fault) => {
  console.error(fault.message);
  process.exit(1);
});
