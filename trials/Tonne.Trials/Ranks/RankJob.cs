using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Ranks;

/// <summary>Starts the ranks of a job with the variables that a launcher sets.</summary>
static class RankJob
{
    /// <summary>The variables of torchrun (PyTorch, "torchrun (Elastic Launch)", Environment Variables).</summary>
    internal static Dictionary<string, string> Torchrun(string id, int rank, int size) => new()
    {
        ["RANK"] = Text(rank),
        ["LOCAL_RANK"] = Text(rank),
        ["GROUP_RANK"] = "0",
        ["WORLD_SIZE"] = Text(size),
        ["LOCAL_WORLD_SIZE"] = Text(size),
        ["MASTER_ADDR"] = "127.0.0.1",
        ["MASTER_PORT"] = "29400",
        ["TORCHELASTIC_RUN_ID"] = id,
        ["TORCHELASTIC_RESTART_COUNT"] = "0",
    };

    /// <summary>The variables of a task of srun (srun(1), OUTPUT ENVIRONMENT VARIABLES).</summary>
    internal static Dictionary<string, string> Srun(string id, int rank, int size, int nodes = 1, int node = 0) => new()
    {
        ["SLURM_JOB_ID"] = id,
        ["SLURM_STEP_ID"] = "0",
        ["SLURM_PROCID"] = Text(rank),
        ["SLURM_LOCALID"] = Text(rank % (size / nodes)),
        ["SLURM_NODEID"] = Text(node),
        ["SLURM_STEP_NUM_TASKS"] = Text(size),
        ["SLURM_JOB_NUM_NODES"] = Text(nodes),
        ["SLURMD_NODENAME"] = "n" + Text(node),
    };

    /// <summary>The variables of a process of Open MPI's mpirun (Open MPI, Environment variables set for MPI processes).</summary>
    internal static Dictionary<string, string> Mpirun(string id, int rank, int size) => new()
    {
        ["PMIX_NAMESPACE"] = id,
        ["PMIX_RANK"] = Text(rank),
        ["OMPI_COMM_WORLD_RANK"] = Text(rank),
        ["OMPI_COMM_WORLD_LOCAL_RANK"] = Text(rank),
        ["OMPI_COMM_WORLD_SIZE"] = Text(size),
        ["OMPI_COMM_WORLD_LOCAL_SIZE"] = Text(size),
    };

    /// <summary>Starts one rank: a command with variables.</summary>
    internal static Process Start(TonneCommand tonne, Dictionary<string, string> variables, params string[] words) =>
        tonne.StartOther(["/usr/bin/env", .. variables.Select(one => $"{one.Key}={one.Value}"), .. words]);

    /// <summary>An id that no other trial has.</summary>
    internal static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>A command that runs until a file is there, and ends with a code, after it has said so in a file of its own.</summary>
    internal static string[] Until(TonneCommand tonne, string stop, int rank, int code) =>
        ["sh", "-c", $"touch {tonne.At("here-" + Text(rank))}; while [ ! -e {tonne.At(stop)} ]; do sleep 0.1; done; echo {Text(code)} > {tonne.At("code-" + Text(rank))}; exit {Text(code)}"];

    /// <summary>Waits until a condition holds, at most a minute.</summary>
    internal static async Task WaitAsync(Func<bool> condition, string what)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1), $"in a minute it did not happen that {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The trace of the only run in the ledger; null before there is one with a sample.</summary>
    internal static RankTrace? ReadTrace(TonneCommand tonne) =>
        tonne.RunFolders() is [var folder] && File.Exists(Path.Combine(folder, "trace")) ? RankTrace.Of(Path.Combine(folder, "trace")) : null;

    /// <summary>Waits until all ranks are in the trace of the only run.</summary>
    internal static Task JoinedAsync(TonneCommand tonne, int ranks) => WaitAsync(
        () => ReadTrace(tonne)?.Events.Count(each => (string?)each["kind"] == "Joined") == ranks, $"{ranks} ranks joined");

    /// <summary>Waits until the commands of all ranks run, and all ranks are in the trace of the only run.</summary>
    internal static async Task StartedAsync(TonneCommand tonne, int ranks)
    {
        await WaitAsync(() => Enumerable.Range(0, ranks).All(rank => File.Exists(tonne.At("here-" + Text(rank)))), $"the commands of {ranks} ranks started");
        await JoinedAsync(tonne, ranks);
    }

    /// <summary>The laws of a run with ranks: the ranks are the job, and job, others and idle are the machine.</summary>
    internal static void Conserved(JsonNode run)
    {
        foreach (var part in run["components"]!.AsArray())
        {
            var name = $"{(string)part!["component"]!} {(string?)part["device"]}";
            Assert.True((long)part["job_uj"]! + (long)part["others_uj"]! + (long)part["idle_uj"]! + ((long?)part["unexplained_uj"] ?? 0) == (long)part["machine_uj"]!, name + ": the parts are not the machine");
            var ranks = run["ranks"]!.AsArray().Sum(rank => rank!["job_uj"]!.AsArray()
                .Where(use => (string)use!["component"]! == (string)part["component"]! && (string?)use["device"] == (string?)part["device"]).Sum(use => (long)use!["uj"]!));
            Assert.True(ranks == (long)part["job_uj"]!, name + ": the ranks are not the job");
        }
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
