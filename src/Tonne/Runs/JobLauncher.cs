namespace Tonne.Runs;

/// <summary>What started the processes of a distributed or scheduled job.</summary>
public enum JobLauncher
{
    /// <summary>Slurm: <c>sbatch</c>, <c>srun</c>, <c>salloc</c>.</summary>
    Slurm,

    /// <summary>PyTorch's <c>torchrun</c>.</summary>
    Torchrun,

    /// <summary>PyTorch processes that meet at <c>MASTER_ADDR</c> and <c>MASTER_PORT</c>, started by a program itself.</summary>
    Torch,

    /// <summary>Open MPI's or PMIx's <c>mpirun</c>.</summary>
    Mpi,

    /// <summary>A variable that the user has set, <c>TONNE_RUN_GROUP</c>.</summary>
    Given,
}
