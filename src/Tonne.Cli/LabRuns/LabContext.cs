using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Formatting;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;
using Tonne.Lab.Collecting;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Cli.LabRuns;

/// <summary>
/// The environment of the process that does the lab's work: receiver of the stages, energy of CPU time, and the exit code.
/// </summary>
/// <param name="context">Clock, streams and environment.</param>
/// <param name="settings">Settings.</param>
/// <param name="quiet">Whether progress is not printed.</param>
sealed class LabContext(CommandContext context, Settings settings, bool quiet)
{
    /// <summary>Receives stages and epochs.</summary>
    public PipelineMarkSender Listener { get; } = new(quiet ? context with { Out = TextWriter.Null, IsOutTerminal = false } : context);

    /// <summary>CPU time of this process.</summary>
    public static TimeSpan GetCpuTime() => Environment.CpuUsage.TotalTime;

    /// <summary>Creates the estimator of the energy of a CPU-second on this machine.</summary>
    public static CpuTimeEstimator CreateEstimator(CommandContext context, Settings settings)
    {
        using var found = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable));
        var place = settings.Place ?? PlaceDetector.DetectByTimeZone(new FileTree(settings.Sysroot), context.GetVariable("TZ"));
        return new CpuTimeEstimator(found.Power, FactorSelector.SelectFactors(place, found.Machine));
    }

    /// <summary>Creates the estimator of the energy of a CPU-second on this machine.</summary>
    public CpuTimeEstimator CreateEstimator() => CreateEstimator(context, settings);

    /// <summary>Does the work. A failure is printed, added to the run as a note, and becomes the exit code.</summary>
    /// <param name="work">The work.</param>
    /// <param name="unfitAdvice">Added to the message if the rows do not fit the network.</param>
    public int Execute(Action work, string unfitAdvice = "")
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception error) when (error is UnusableDataException or InvalidExamplesException or TrainingDivergedException)
        {
            var reason = TextSanitizer.ToOneLine(error.Message) + (error is InvalidExamplesException ? unfitAdvice : "");
            Listener.SendFailure(reason);
            context.Error.WriteLine("tonne: " + reason);
            return error is TrainingDivergedException ? CommandLine.Failure : CommandLine.UsageError;
        }
    }
}
