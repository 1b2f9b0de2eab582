using System.Globalization;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Reads the job and the rank of a run from the variables that schedulers and launchers set.</summary>
/// <remarks>
/// Sources: sbatch(1) and srun(1), "OUTPUT ENVIRONMENT VARIABLES"; PyTorch, "torchrun (Elastic Launch)", Environment Variables; Open MPI, "Environment
/// variables set for MPI processes"; PMIx standard, PMIX_NAMESPACE and PMIX_RANK.
/// A rank counts only where its launcher also says of how many: RANK alone is set by other programs too.
/// </remarks>
public static class JobEnvironment
{
    /// <summary>The variable by which a user joins runs to one job where no launcher does.</summary>
    public const string GroupVariable = "TONNE_RUN_GROUP";

    const int MaxTextLength = 200;

    /// <summary>A list of nodes is longer: some 30 characters for each rack of a large cluster.</summary>
    const int MaxNodeListLength = 20_000;

    /// <summary>The job; null if there is none.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static JobIdentity? FindJob(Func<string, string?> getVariable)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        var environment = new Variables(getVariable);
        if (environment.Text("SLURM_JOB_ID") is { } slurm)
        {
            return new JobIdentity
            {
                Launcher = JobLauncher.Slurm,
                Id = slurm,
                Step = environment.Text("SLURM_STEP_ID") ?? environment.Text("SLURM_STEPID"),
                Array = environment.Text("SLURM_ARRAY_JOB_ID"),
                ArrayTask = environment.Text("SLURM_ARRAY_TASK_ID"),
                Name = environment.Text("SLURM_JOB_NAME"),
                Account = environment.Text("SLURM_JOB_ACCOUNT"),
                Partition = environment.Text("SLURM_JOB_PARTITION"),
                Qos = environment.Text("SLURM_JOB_QOS"),
                Cluster = environment.Text("SLURM_CLUSTER_NAME"),
                Nodes = environment.Count("SLURM_JOB_NUM_NODES") ?? environment.Count("SLURM_NNODES"),
                Ranks = environment.Count("WORLD_SIZE") ?? environment.Count("SLURM_STEP_NUM_TASKS"),
                LocalRank = environment.Count("LOCAL_RANK") ?? (environment.IsInStep ? environment.Count("SLURM_LOCALID") : null),
                // The prolog has another name for it than the job.
                Restarts = (environment.Count("SLURM_RESTART_COUNT") ?? environment.Count("SLURM_JOB_RESTART_COUNT")) is > 0 and var restarts ? restarts : null,
                NodeList = environment.FindNodeList(),
            };
        }

        if (environment.Text("TORCHELASTIC_RUN_ID") is { } torch && environment.Count("WORLD_SIZE") is { } world)
        {
            // "none" is the default of torchrun without --rdzv-id: then the address of the leader identifies the job.
            var id = torch is "none" ? $"{environment.Text("MASTER_ADDR")}:{environment.Text("MASTER_PORT")}" : torch;
            return new JobIdentity
            {
                Launcher = JobLauncher.Torchrun,
                Id = id,
                Ranks = world,
                LocalRank = environment.Count("LOCAL_RANK"),
                Restarts = environment.Count("TORCHELASTIC_RESTART_COUNT") is > 0 and var again ? again : null,
            };
        }

        if (environment.Text("PMIX_NAMESPACE") is { } mpi)
        {
            return new JobIdentity
            {
                Launcher = JobLauncher.Mpi,
                Id = mpi,
                Ranks = environment.Count("OMPI_COMM_WORLD_SIZE"),
                LocalRank = environment.Count("OMPI_COMM_WORLD_LOCAL_RANK"),
            };
        }

        if (environment.Text(GroupVariable) is { } given)
            return new JobIdentity { Launcher = JobLauncher.Given, Id = given, Ranks = environment.Count("WORLD_SIZE"), LocalRank = environment.Count("LOCAL_RANK") };
        // Processes that a program starts itself (torch.multiprocessing, DeepSpeed) meet at an address too: init_process_group("env://").
        return environment.Rank("RANK", "WORLD_SIZE") is not null && environment.Text("MASTER_ADDR") is { } address && environment.Text("MASTER_PORT") is { } port
            ? new JobIdentity { Launcher = JobLauncher.Torch, Id = $"{address}:{port}", Ranks = environment.Count("WORLD_SIZE"), LocalRank = environment.Count("LOCAL_RANK") }
            : null;
    }

    /// <summary>The rank in a distributed job, from 0; null if alone.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static int? FindRank(Func<string, string?> getVariable)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        var environment = new Variables(getVariable);
        return environment.Rank("RANK", "WORLD_SIZE")
            ?? (environment.IsInStep ? environment.Rank("SLURM_PROCID", "SLURM_STEP_NUM_TASKS") : null)
            ?? environment.Rank("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")
            ?? environment.Rank("PMI_RANK", "PMI_SIZE");
    }

    /// <summary>The user to whom the scheduler gave the job; null if none.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static string? FindUser(Func<string, string?> getVariable) => new Variables(getVariable).Text("SLURM_JOB_USER");

    /// <summary>The scheduler's name of this node; null if none.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static string? FindNode(Func<string, string?> getVariable) => new Variables(getVariable).Text("SLURMD_NODENAME");

    readonly struct Variables(Func<string, string?> getVariable)
    {
        /// <summary>Whether the process is a task of a Slurm step. A batch script has SLURM_PROCID too, and no step.</summary>
        public bool IsInStep => Text("SLURM_JOB_ID") is not null && (Text("SLURM_STEP_ID") ?? Text("SLURM_STEPID")) is not null;

        /// <summary>The nodes of the step, else of the job; null if there is no list that can be read.</summary>
        public string? FindNodeList()
        {
            var text = (IsInStep ? Text("SLURM_STEP_NODELIST", MaxNodeListLength) : null)
                ?? Text("SLURM_JOB_NODELIST", MaxNodeListLength) ?? Text("SLURM_NODELIST", MaxNodeListLength);
            return text is not null && HostList.TryExpand(text, out var names) && names.Count > 0 ? text : null;
        }

        /// <summary>A text without control characters, cut to a length, by default 200 characters; null if there is none.</summary>
        public string? Text(string name, int maxLength = MaxTextLength)
        {
            if (getVariable(name)?.Trim() is not { Length: > 0 } text)
                return null;
            var clean = new string([.. text.Where(letter => !char.IsControl(letter))]);
            return clean.Length == 0 ? null : clean[..Math.Min(clean.Length, maxLength)];
        }

        public int? Count(string name) =>
            int.TryParse(getVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

        public int? Rank(string rank, string size) => Count(rank) is { } value && Count(size) is > 1 and var all && value < all ? value : null;
    }
}
