using Tonne.Cli.Slurm;

namespace Tonne.Cli.Tests.Slurm;

/// <summary>Lines as squeue of Slurm 22.05.8 prints them with the format of <see cref="ControllerQuery"/>.</summary>
public class ControllerQueryTests
{
    [Fact]
    public void The_line_of_the_job_is_read_and_not_that_of_another_task()
    {
        var facts = ControllerQuery.Parse("12|10|1|physics|high|main|RUNNING|ada|1000|4|n[1-2]|train\n10|10|3|physics|high|main|RUNNING|ada|1000|4|n[1-2]|train\n", "10")!;

        Assert.Equal("3", facts["SLURM_ARRAY_TASK_ID"]);
        Assert.Equal("10", facts["SLURM_ARRAY_JOB_ID"]);
        Assert.Equal(("ada", "1000", "4", "n[1-2]", "train"), (
            facts["SLURM_JOB_USER"], facts["SLURM_JOB_UID"], facts[ControllerQuery.Cpus], facts["SLURM_JOB_NODELIST"], facts["SLURM_JOB_NAME"]));
        Assert.Equal(("physics", "high", "main", "RUNNING"), (facts["SLURM_JOB_ACCOUNT"], facts["SLURM_JOB_QOS"], facts["SLURM_JOB_PARTITION"], facts["STATE"]));
    }

    [Fact]
    public void A_name_with_separators_cannot_pretend_to_be_another_account()
    {
        var facts = ControllerQuery.Parse("7|7|N/A|physics|normal|main|RUNNING|ada|1000|4|n[1-2]|x|free|Account=free 7|7|N/A|free|normal|main|RUNNING|ada|1000|4|n[1-2]|y\n", "7")!;

        Assert.Equal("physics", facts["SLURM_JOB_ACCOUNT"]);
        Assert.StartsWith("x|free|", facts["SLURM_JOB_NAME"], StringComparison.Ordinal);
        Assert.False(facts.ContainsKey("SLURM_ARRAY_TASK_ID"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("slurm_load_jobs error: Invalid job id specified\n")]
    [InlineData("8|8|N/A|(null)|(null)|main|RUNNING|ada|1000|4|n[1-2]|x\n")]
    public void An_unknown_job_has_no_facts(string text) => Assert.Null(ControllerQuery.Parse(text, "7"));

    [Fact]
    public void What_the_controller_does_not_have_is_left_out() =>
        Assert.False(ControllerQuery.Parse("7|7|N/A|(null)|(null)|main|RUNNING|ada|1000|4|n[1-2]|x\n", "7")!.ContainsKey("SLURM_JOB_ACCOUNT"));
}
