namespace Tonne.Accounting;

/// <summary>The purpose of a life-cycle phase. Serving users is deployment; every other kind is development of the model.</summary>
public enum PhaseKind
{
    /// <summary>Any other work to develop the model.</summary>
    Other,

    /// <summary>Collecting, cleaning, generating data.</summary>
    Data,

    /// <summary>Experiments: searches, ablations, smaller models.</summary>
    Experiments,

    /// <summary>Runs whose result was discarded.</summary>
    FailedRuns,

    /// <summary>The training of the model that is kept.</summary>
    Training,

    /// <summary>Training the model further for a task.</summary>
    FineTuning,

    /// <summary>Testing and validating the model.</summary>
    Evaluation,

    /// <summary>Serving the model to its users.</summary>
    Deployment,
}
