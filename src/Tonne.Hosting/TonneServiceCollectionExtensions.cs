using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tonne.Grids;
using Tonne.Instruments.Machines;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Hosting;

/// <summary>Adds tonne to the services of a program.</summary>
public static class TonneServiceCollectionExtensions
{
    /// <summary>
    /// Adds the ledger, a <see cref="RunRecorder"/> of this process, and, unless <see cref="TonneOptions.RecordsHost"/> is off, a run of the whole host
    /// (<see cref="HostRecording"/>) with its metrics (<see cref="TonneMetrics"/>).
    /// </summary>
    /// <remarks>
    /// <code>
    /// builder.Services.AddTonne(options => { options.Zone = "FR"; options.StageSpans.Add("train"); });
    /// </code>
    /// A failure of tonne never stops the host: it is logged. Runs that are recorded beside the host's are inside it and count with it.
    /// Uses the <see cref="TimeProvider"/> of the services, if there is one. An <see cref="IRunSink"/> or <see cref="RunRecorder"/> that was added before is kept.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. Default: null, none.</param>
    public static IServiceCollection AddTonne(this IServiceCollection services, Action<TonneOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<TonneOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TonneOptions>, TonneOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRunSink>(static provider => new Ledger(FindHome(GetOptions(provider)), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(CreateRecorder);
        services.TryAddSingleton<HostRecording>();
        services.TryAddSingleton<TonneMetrics>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HostRecordingService>());
        return services;
    }

    internal static RecordingOptions CreateRecordingOptions(TonneOptions options, Action<RecorderProblem>? onProblem = null) => new()
    {
        Project = options.Project,
        Tags = options.Tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Place = new Place(options.Zone, options.Region, options.IntensityGramsPerKwh, options.Pue),
        Policy = options.Policy,
        Period = options.Period,
        OnProblem = onProblem,
    };

    static RunRecorder CreateRecorder(IServiceProvider provider)
    {
        var log = provider.GetRequiredService<ILogger<RunRecorder>>();
        return new RunRecorder(
            MachineJob.OpenThisProcess, provider.GetRequiredService<IRunSink>(), CreateRecordingOptions(GetOptions(provider), problem => HostingLog.Problem(log, problem.Kind, problem.Error)) with
            {
                Intensities = provider.GetService<IIntensityHistory>(),
            },
            provider.GetRequiredService<TimeProvider>());
    }

    static TonneOptions GetOptions(IServiceProvider provider) => provider.GetRequiredService<IOptions<TonneOptions>>().Value;

    static LedgerHome FindHome(TonneOptions options) =>
        options.Home is { } home ? new LedgerHome(home) : LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable);
}
