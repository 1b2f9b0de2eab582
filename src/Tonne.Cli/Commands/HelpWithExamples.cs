using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Tonne.Cli.Commands;

/// <summary>Help as System.CommandLine writes it, followed by the command's examples.</summary>
sealed class HelpWithExamples : SynchronousCommandLineAction
{
    static readonly Dictionary<string, string[]> _examples = new(StringComparer.Ordinal)
    {
        ["run"] =
        [
            "tonne run -- python train.py --epochs 10",
            "tonne run --name mnist --zone FR --output run.json -- python train.py",
            "tonne run --region gcp:europe-west9 --period 100ms -- ./train.sh",
            "tonne run --epoch-pattern 'round (?<epoch>\\d+): loss=(?<loss>\\S+)' -- ./my-trainer",
        ],
        ["bench"] =
        [
            "tonne bench -- python train.py --precision fp32 ::: python train.py --precision bf16",
            "tonne bench --runs 20 --by time -- ./sort-a big.txt ::: ./sort-b big.txt ::: sort big.txt",
            "tonne bench --json --no-ledger -- sh -c 'gzip -k < log > /dev/null' ::: sh -c 'zstd < log > /dev/null'",
        ],
        ["mark"] = ["tonne mark stage clean --in 1000000x10 --out 950000x10", "tonne mark epoch 3 loss=0.7 accuracy=0.72", "tonne mark note 'switched to the small data set'"],
        ["list"] = ["tonne list", "tonne list --project demo --limit 20", "tonne list --json"],
        ["show"] = ["tonne show last", "tonne show mnist --json"],
        ["explain"] = ["tonne explain last", "tonne explain last emissions", "tonne explain last stages.train.energy_kwh --json"],
        ["compare"] = ["tonne compare last mnist-old", "tonne compare 20261122-0542 20261122-0611 --json"],
        ["report"] = ["tonne report last --md > run.md", "tonne report last --hugging-face", "tonne report last --csv >> emissions.csv", "tonne report last --sci --per image=60000"],
        ["footprint"] = ["tonne footprint examples/footprints/bloom.yaml", "tonne footprint life.yaml --explain training.embodied", "tonne footprint life.yaml --sci --per token=1.2e9 --boundary consumer", "tonne footprint life.yaml --eu-ai-act > form.md", "tonne footprint --schema > footprint.schema.json"],
        ["ledger"] = ["tonne ledger verify", "tonne ledger import codecarbon emissions.csv", "tonne ledger export codecarbon > emissions.csv", "tonne ledger recount"],
        ["catalog"] = ["tonne catalog zones france", "tonne catalog regions gcp:europe", "tonne catalog hardware 'epyc 9'", "tonne catalog hardware 'h200 parts'", "tonne catalog equivalents flight", "tonne catalog claims nuclear --json", "tonne catalog zones --validate"],
        ["training"] = ["tonne estimate training --parameters 7e9 --tokens 2e12 --hardware a100,h100", "tonne estimate training --parameters 175B --tokens 300B --hardware v100 --chips 10000 --zone US --pue 1.1", "tonne estimate training --parameters 671e9 --active-parameters 37e9 --tokens 14.8T --hardware h800 --json", "tonne estimate training --parameters 1e9 --tokens 20e9 --hardware h100 --space lr=4,layers=3 --explain"],
        ["validate"] = ["tonne estimate validate", "tonne estimate validate --page docs/validation.md --data measurements"],
        ["estimate"] = ["tonne estimate training --parameters 7e9 --tokens 2e12 --hardware a100,h100"],
        ["doctor"] = ["tonne doctor", "tonne doctor --json", "tonne doctor --capture machine.tar"],
        ["calibrate"] = ["tonne calibrate", "tonne calibrate --plug-idle 42 --plug-full 118", "tonne calibrate --plug-idle 42,41.5,42.2 --plug-full 118,117 --plug-half 87", "tonne calibrate --meter shelly://192.168.1.20", "tonne calibrate --meter shelly://192.168.1.20 --quick --dry-run --json"],
        ["learn"] = ["tonne learn last", "tonne learn lab --answers"],
        ["lab prune"] = ["tonne lab prune", "tonne lab prune --all --json"],
        ["lab quantize"] = ["tonne lab quantize", "tonne lab quantize --data reviews.csv --label stars --text review"],
        ["lab distill"] = ["tonne lab distill", "tonne lab distill --all --zone FR"],
        ["lab select"] = ["tonne lab select", "tonne lab select --by margin varied --epochs 6", "tonne lab select --data visits.csv --label outcome --family patient --json"],
        ["lab stop"] = ["tonne lab stop last", "tonne lab stop mnist --gain 5"],
        ["lab predict"] = ["tonne lab predict \"Das ist ein Test.\"", "tonne lab predict --zone FR --json Hello world"],
        ["lab"] = ["tonne lab run --zone FR", "tonne lab run --shape reference", "tonne lab run --data reviews.csv --label stars --text review", "tonne lab run --data pictures/ --patch 2", "tonne lab predict \"Das ist ein Test.\"", "tonne lab data --rows 1000000 --output rows.csv"],
        ["inference"] = ["tonne estimate inference --parameters 70e9 --hardware h100 --batch 64 --output-tokens 400", "tonne estimate inference --parameters 235b --active-parameters 22b --precision fp8 --hardware h100,b200 --output-tokens 800 --requests-per-day 200k --zone FR", "tonne estimate inference --parameters 8b --hardware l40s --output-tokens 300 --requests 1e6 --explain gpu_energy_j_per_output_token", "tonne estimate inference --task image-generation --model sdxl --requests 10k --zone FR"],
        ["config"] = ["tonne config", "tonne config --json"],
        ["completion"] = ["tonne completion bash > ~/.local/share/bash-completion/completions/tonne", "tonne completion zsh > \"${fpath[1]}/_tonne\"", "tonne completion fish > ~/.config/fish/completions/tonne.fish"],
    };

    readonly HelpAction _help = new();

    public override int Invoke(ParseResult parseResult)
    {
        var writer = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter { NewLine = "\n" };
        parseResult.InvocationConfiguration.Output = text;
        var code = _help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = writer;
        // The library names the program after its assembly, and puts the wrapped command before our options.
        writer.Write(text.ToString()
            .Replace($"\n  {RootCommand.ExecutableName}", "\n  tonne", StringComparison.Ordinal)
            .Replace("run [<command>...] [options]", "run [options] -- COMMAND ARG…", StringComparison.Ordinal)
            .Replace("bench [<commands>...] [options]", "bench [options] -- COMMAND ::: COMMAND [::: …]", StringComparison.Ordinal));
        for (var result = parseResult.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            if (!_examples.TryGetValue(PathOf(result), out var examples))
                continue;
            writer.WriteLine("Examples:");
            foreach (var example in examples)
                writer.WriteLine("  " + example);
            writer.WriteLine();
            break;
        }

        return code;
    }

    /// <summary>A command below the program: <c>lab run</c>.</summary>
    static string PathOf(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new List<string>();
        for (var one = result; one?.Parent is not null; one = one.Parent as System.CommandLine.Parsing.CommandResult)
            names.Insert(0, one.Command.Name);
        return string.Join(' ', names);
    }
}
