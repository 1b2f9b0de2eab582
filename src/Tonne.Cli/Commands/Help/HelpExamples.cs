namespace Tonne.Cli.Commands.Help;

/// <summary>Examples of each command, each on a line of at most 78 columns.</summary>
static class HelpExamples
{
    static readonly Dictionary<string, string[]> _examples = new(StringComparer.Ordinal)
    {
        [""] = ["tonne run -- python train.py"],
        ["run"] =
        [
            "tonne run --zone FR -- python train.py --epochs 10",
            "tonne run --when-clean --finish-by fri-18:00 --duration 6h -- ./train.sh",
        ],
        ["bench"] =
        [
            "tonne bench -- python train.py --lr 0.1 ::: python train.py --lr 0.01",
            "tonne bench --runs 20 --by time -- ./sort-a big.txt ::: ./sort-b big.txt",
            "tonne bench --runs 15 --power-limit 250W,300W,80% -- python train.py",
            "tonne bench --json --no-ledger -- gzip -k log ::: zstd -k log",
        ],
        ["watch"] = ["tonne watch", "tonne watch last --epochs 90", "tonne watch --pid 4321", "tonne watch last --json --count 10"],
        ["attach"] = ["tonne attach --pid 4321 --name long-job", "tonne attach --jupyter --project thesis"],
        ["slurm"] = ["tonne slurm install", "tonne slurm intensities --zone FR", "tonne slurm settle 4711 --zone FR", "tonne total --by account,user --month 2026-11"],
        ["slurm intensities"] = ["tonne slurm intensities --zone FR", "tonne slurm intensities --series week.csv --output /run/tonne/intensities.csv"],
        ["slurm job-submit"] = ["tonne slurm job-submit > /etc/slurm/job_submit.lua",
            "tonne slurm job-submit --over-quota qos:low > job_submit.lua"],
        ["slurm settle"] = ["tonne slurm settle 4711 4712 --zone FR", "tonne slurm settle --sacct rows.txt --series week.csv --json"],
        ["slurm install"] = ["tonne slurm install", "tonne slurm install --folder /etc/slurm --config /etc/tonne"],
        ["slurm prolog"] = ["tonne slurm prolog --config /etc/tonne"],
        ["slurm epilog"] = ["tonne slurm epilog --config /etc/tonne"],
        ["slurm record"] = ["tonne slurm record --config /etc/tonne"],
        ["mark"] = ["tonne mark stage clean --in 1000000x10 --out 950000x10", "tonne mark epoch 3 loss=0.7 accuracy=0.72"],
        ["mark stage"] = ["tonne mark stage clean --in 1000000x10 --out 950000x10", "tonne mark stage clean --end"],
        ["mark epoch"] = ["tonne mark epoch 3 loss=0.7 accuracy=0.72", "tonne mark epoch 4 --begin"],
        ["mark note"] = ["tonne mark note 'switched to the small data set'"],
        ["list"] = ["tonne list", "tonne list --project demo --limit 20", "tonne list --status failed --json"],
        ["total"] =
        [
            "tonne total --by project --month 2026-11",
            "tonne total --by account,user --month 2026-11 --csv > bill.csv",
            "tonne total --by month --year-over-year",
            "tonne total month 2026-11",
        ],
        ["total month"] =
        [
            "tonne total month 2026-11",
            "tonne total month 2026-11 --account physics --against 2025-11",
            "tonne total month 2026-11 --mail --to head@example.org | sendmail -t",
            "tonne total month 2026-11 --md > november.md",
        ],
        ["agent"] = ["tonne agent run --zone FR", "tonne agent status"],
        ["agent run"] = ["tonne agent run --zone FR --pue 1.2", "tonne agent run --remote-write http://metrics:8428 --metrics-every 30s",
            "tonne agent run --dcgm http://localhost:9400/metrics --max-jobs 0"],
        ["agent status"] = ["tonne agent status", "tonne agent status --json"],
        ["service"] = ["tonne service run --name chat -- vllm serve MODEL", "tonne service show chat"],
        ["service run"] = ["tonne service run -n chat --metrics localhost:8000/metrics -- vllm serve MODEL"],
        ["service observe"] = ["tonne service observe --name chat --pid 4711 --metrics localhost:8000/metrics"],
        ["service list"] = ["tonne service list"],
        ["service show"] = ["tonne service show chat", "tonne service show chat --training 24700kg", "tonne service show chat --json"],
        ["service report"] = ["tonne service report chat -o chat.md", "tonne service report chat -o hours.csv --since 2026-11-01"],
        ["calls"] =
        [
            "tonne calls",
            "tonne calls --since 30d --by day",
            "tonne calls --by commit --repository .",
            "tonne calls --by service --json",
        ],
        ["status-line"] = ["tonne status-line", "tonne status-line --zone US"],
        ["import"] = ["tonne import claude-code", "tonne import codecarbon emissions.csv", "tonne import usage export.csv"],
        ["import codecarbon"] = ["tonne import codecarbon emissions.csv"],
        ["import claude-code"] = ["tonne import claude-code", "tonne import claude-code --since 7d --zone US --dry-run"],
        ["import codex"] = ["tonne import codex", "tonne import codex ~/.codex/sessions/2026/11 --json"],
        ["import usage"] =
        [
            "tonne import usage anthropic-export.csv",
            "tonne import usage mine.csv --columns model=Model,time=Day,input=In,output=Out",
        ],
        ["budget"] = ["tonne budget set --project vision 50kg/month", "tonne budget show", "tonne budget check --project vision"],
        ["budget set"] =
        [
            "tonne budget set --project vision 50kg/month",
            "tonne budget set --account physics 2t/quarter --warn-at 60,90",
            "tonne budget set --account physics 2t/year --database-file FILE",
        ],
        ["budget show"] = ["tonne budget show", "tonne budget show --database-file FILE --json"],
        ["budget quotas"] = ["tonne budget quotas", "tonne budget quotas --slurm /run/tonne/quotas.tsv"],
        ["budget check"] = ["tonne budget check", "tonne budget check --project vision || exit 1"],
        ["budget remove"] = ["tonne budget remove --project vision"],
        ["show"] = ["tonne show last", "tonne show mnist --json"],
        ["explain"] = ["tonne explain last", "tonne explain last operational", "tonne explain last stages.train.energy_kwh --json"],
        ["compare"] = ["tonne compare last mnist-old", "tonne compare mnist-old last --html --open", "tonne compare 20261122-0542 20261122-0611 --json"],
        ["reconcile"] =
        [
            "tonne reconcile last --codecarbon emissions.csv",
            "tonne reconcile mnist --codecarbon emissions.csv --row 3 --json",
            "tonne reconcile last --codecarbon emissions.csv --tdp 120",
        ],
        ["learn"] = ["tonne learn last", "tonne learn lab --answers"],
        ["report"] = ["tonne report last --html --open", "tonne report mnist-old last --html -o compared.html", "tonne report last --md > run.md", "tonne report last --hugging-face", "tonne report last --sci --per image=60000", "tonne report last --sci --per training-token=3e11 --basis effective"],
        ["footprint"] =
        [
            "tonne footprint examples/footprints/bloom.yaml",
            "tonne footprint life.yaml --explain training.embodied",
            "tonne footprint life.yaml --sci --per token=1.2e9 --boundary consumer",
            "tonne footprint life.yaml --html --open",
            "tonne footprint life.yaml --eu-ai-act > form.md",
            "tonne footprint --schema > footprint.schema.json",
        ],
        ["plan"] =
        [
            "tonne plan --duration 6h --finish-by fri-18:00 --zone FR",
            "tonne plan --like last --zones FR:1.2,SE:1.08 --transfer 500GB",
            "tonne plan --jobs week.csv --zone FR --solar 100kW@48.9,2.4",
            "tonne plan --slurm train.sh --finish-by 24h --zone FR",
            "tonne plan --replay --since 30d --slack 48h",
        ],
        ["grid"] = ["tonne grid now US-CAL-CISO", "tonne grid providers", "tonne config set grid.live on"],
        ["grid now"] = ["tonne grid now FR", "tonne grid now DK1 --provider energinet --direct --json"],
        ["grid forecast"] = ["tonne grid forecast DE", "tonne grid forecast GB --json"],
        ["grid history"] = ["tonne grid history FR --since 7d", "tonne grid history DE --since 2026-11-01 --json"],
        ["grid import"] = ["tonne grid import FR_2026_hourly.csv", "tonne grid import grid.csv --basis lifecycle --scope production"],
        ["grid providers"] = ["tonne grid providers", "tonne grid providers --json"],
        ["config set"] = ["tonne config set zone FR", "tonne config set grid.live on", "tonne config set grid.electricity-maps.key KEY"],
        ["advise"] = ["tonne advise last", "tonne advise examples/footprints/bloom.yaml", "tonne advise last --json"],
        ["serve"] =
        [
            "tonne serve",
            "tonne serve --port 0 --no-open",
            "tonne serve --socket ~/.cache/tonne/socket",
            "tonne serve --listen 0.0.0.0:7070 --certificate host.pem",
            "tonne serve --behind-proxy https://tonne.example.org --no-open",
            "tonne serve --database-file /etc/tonne/database --no-open",
        ],
        ["fleet"] =
        [
            "tonne fleet init --database postgres://tonne@db.example.org/tonne",
            "tonne fleet enroll --server https://tonne.example.org:7070 --code CODE",
            "tonne fleet status --database-file /etc/tonne/database",
        ],
        ["fleet grant"] =
        [
            "tonne fleet grant ada --account physics --role viewer",
            "tonne fleet grant olga --account '*' --role owner",
        ],
        ["fleet ungrant"] = ["tonne fleet ungrant ada --account physics", "tonne fleet ungrant ada"],
        ["fleet members"] = ["tonne fleet members", "tonne fleet members --account physics --json"],
        ["fleet audit"] = ["tonne fleet audit --since 7d", "tonne fleet audit --person ada --limit 20 --json"],
        ["fleet rotate-key"] = ["tonne fleet rotate-key", "tonne fleet rotate-key --json"],
        ["fleet init"] = ["tonne fleet init --database postgres://tonne@db.example.org/tonne", "tonne fleet init --database-file /etc/tonne/owner"],
        ["fleet code"] = ["tonne fleet code --database-file /etc/tonne/database", "tonne fleet code --name node-17 --valid 24h"],
        ["fleet enroll"] =
        [
            "tonne fleet enroll --server https://tonne.example.org:7070 --code CODE",
            "tonne fleet enroll --server https://10.0.0.5:7070 --name n17 --code - < code",
        ],
        ["fleet status"] = ["tonne fleet status", "tonne fleet status --database-file /etc/tonne/database --json"],
        ["fleet revoke"] = ["tonne fleet revoke node-17"],
        ["fleet upgrade-check"] = ["tonne fleet upgrade-check", "tonne fleet upgrade-check --json"],
        ["fleet verify"] = ["tonne fleet verify --database-file /etc/tonne/database", "tonne fleet verify --receipts node-17.receipts.jsonl"],
        ["fleet receipt-key"] = ["tonne fleet receipt-key --database-file /etc/tonne/database"],
        ["fleet recount"] =
        [
            "tonne fleet recount --dry-run --database-file /etc/tonne/database",
            "tonne fleet recount --rate 200/s",
            "tonne fleet recount --status",
        ],
        ["fleet export"] =
        [
            "tonne fleet export --to /backup/runs --database-file /etc/tonne/database",
            "tonne fleet export --parquet /data/tonne --since 2026-01",
            "tonne fleet export --hourly scope2.csv --since 2026-11 --until 2026-12",
        ],
        ["proxy"] =
        [
            "tonne proxy --to http://localhost:8000 --name chat",
            "tonne proxy --to http://localhost:8000 --name chat --pid 4711 --zone FR",
            "tonne proxy --to localhost:11434 --name ollama --listen 127.0.0.1:8802",
        ],
        ["mcp"] = ["tonne mcp", "claude mcp add tonne -- tonne mcp"],
        ["ledger"] = ["tonne ledger verify", "tonne ledger import codecarbon emissions.csv", "tonne ledger export codecarbon > emissions.csv"],
        ["ledger verify"] = ["tonne ledger verify", "tonne ledger verify --json"],
        ["ledger audit"] = ["tonne ledger audit", "tonne ledger audit --json"],
        ["ledger reindex"] = ["tonne ledger reindex"],
        ["ledger recount"] = ["tonne ledger recount", "tonne ledger recount last mnist"],
        ["ledger scrub"] = ["tonne ledger scrub", "tonne ledger scrub 20261122-054210-4f2a9c"],
        ["ledger thin"] = ["tonne ledger thin", "tonne ledger thin --after-days 30"],
        ["ledger merge"] = ["tonne ledger merge /mnt/laptop/.local/share/tonne"],
        ["ledger push"] = ["tonne ledger push", "tonne ledger push --all --json"],
        ["ledger import"] = ["tonne ledger import codecarbon emissions.csv"],
        ["ledger import codecarbon"] = ["tonne ledger import codecarbon emissions.csv"],
        ["ledger export"] = ["tonne ledger export codecarbon > emissions.csv", "tonne ledger export jsonl > runs.jsonl"],
        ["ledger export codecarbon"] = ["tonne ledger export codecarbon > emissions.csv", "tonne ledger export codecarbon emissions.csv"],
        ["ledger export boamps"] = ["tonne ledger export boamps reports/", "tonne ledger export boamps > reports.jsonl"],
        ["ledger export jsonl"] = ["tonne ledger export jsonl > runs.jsonl"],
        ["catalog"] = ["tonne catalog zones france", "tonne catalog regions gcp:europe", "tonne catalog hardware 'epyc 9'", "tonne catalog equivalents flight"],
        ["catalog zones"] = ["tonne catalog zones france", "tonne catalog zones us --json", "tonne catalog zones --validate"],
        ["catalog regions"] = ["tonne catalog regions gcp:europe", "tonne catalog regions paris --json"],
        ["catalog hardware"] = ["tonne catalog hardware 'epyc 9'", "tonne catalog hardware 'h200 parts'"],
        ["catalog facilities"] = ["tonne catalog facilities google", "tonne catalog facilities --json"],
        ["catalog models"] = ["tonne catalog models llama", "tonne catalog models --json"],
        ["catalog equivalents"] = ["tonne catalog equivalents flight", "tonne catalog equivalents --json"],
        ["catalog claims"] = ["tonne catalog claims nuclear", "tonne catalog claims --json"],
        ["estimate"] =
        [
            "tonne estimate training --parameters 7e9 --tokens 2e12 --hardware a100,h100",
            "tonne estimate inference --parameters 70e9 --hardware h100 --output-tokens 400",
            "tonne estimate validate",
        ],
        ["estimate training"] =
        [
            "tonne estimate training --parameters 7e9 --tokens 2e12 --hardware a100,h100",
            "tonne estimate training --parameters 175B --tokens 300B --hardware v100 \\",
            "    --chips 10000 --zone US --pue 1.1",
            "tonne estimate training --parameters 8B --tokens 1e8 --hardware l4 --tune lora",
            "tonne estimate training --model llama-3.1-8b --hardware h100",
            "tonne estimate training --model-file config.json --tokens 2e10 --hardware h100",
        ],
        ["estimate inference"] =
        [
            "tonne estimate inference --parameters 70e9 --hardware h100 --output-tokens 400",
            "tonne estimate inference --model gpt-4o --hardware h100 --output-tokens 400",
            "tonne estimate inference --task image-generation --model sdxl --requests 10k",
        ],
        ["estimate validate"] = ["tonne estimate validate", "tonne estimate validate --data tests/Tonne.Estimation.Tests/Serving"],
        ["doctor"] = ["tonne doctor", "tonne doctor --json", "tonne doctor --capture machine.tar"],
        ["calibrate"] =
        [
            "tonne calibrate",
            "tonne calibrate --plug-idle 42 --plug-full 118",
            "tonne calibrate --meter shelly://192.168.1.20",
            "tonne calibrate --meter shelly://192.168.1.20 --quick --dry-run --json",
        ],
        ["config"] = ["tonne config", "tonne config set grid.live on", "tonne config --json"],
        ["completion"] =
        [
            "tonne completion bash > ~/.local/share/bash-completion/completions/tonne",
            "tonne completion zsh > \"${fpath[1]}/_tonne\"",
            "tonne completion fish > ~/.config/fish/completions/tonne.fish",
        ],
        ["lab"] = ["tonne lab run --zone FR", "tonne lab predict \"Das ist ein Test.\"", "tonne lab stop last"],
        ["lab run"] =
        [
            "tonne lab run --zone FR",
            "tonne lab run --shape reference",
            "tonne lab run --data reviews.csv --label stars --text review",
            "tonne lab run --data pictures/ --patch 2",
        ],
        ["lab data"] = ["tonne lab data --output messages.csv", "tonne lab data --rows 1000000 --output rows.csv"],
        ["lab predict"] = ["tonne lab predict \"Das ist ein Test.\"", "tonne lab predict --zone FR --json Hello world"],
        ["lab prune"] = ["tonne lab prune", "tonne lab prune --all --json"],
        ["lab quantize"] = ["tonne lab quantize", "tonne lab quantize --data reviews.csv --label stars --text review"],
        ["lab distill"] = ["tonne lab distill", "tonne lab distill --all --zone FR"],
        ["lab select"] = ["tonne lab select", "tonne lab select --by margin varied --epochs 6", "tonne lab select --data visits.csv --label outcome --family patient"],
        ["lab stop"] = ["tonne lab stop last", "tonne lab stop mnist --gain 5"],
    };

    /// <summary>The examples of a command by its path below the program; null if it has none.</summary>
    internal static string[]? Find(string path) => _examples.GetValueOrDefault(path);
}
